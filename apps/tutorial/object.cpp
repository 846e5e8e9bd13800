// All ranks report the temperature they have measured to one object, and read what came together in it.

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include <liana/liana.hpp>

struct weather {
  double highest = -273.15;
  int reports = 0;
};

int main(int argc, char** argv) {
  const liana::runtime runtime(argc, argv);

  // One object, in the memory of rank 0, and a pointer to it that is good on every rank.
  liana::global_ptr<weather> made;
  if (liana::rank() == 0) made = liana::make_global<weather>();
  const auto shared = liana::broadcast(made, 0);

  // While one rank is in here, nobody else is: no report is lost.
  const double measured = 15 + liana::rank();
  shared.update([&](weather& now) {
    now.highest = std::max(now.highest, measured);
    ++now.reports;
  });
  liana::barrier();  // now all reports are in

  const weather all = shared.get();  // a copy, of what may lie on another machine
  std::cout << "Rank " << liana::rank() << " reads: " << all.reports << " reports, the highest " << all.highest
            << " degrees" << std::endl;

  liana::barrier();  // now nobody needs the object any more
  if (liana::rank() == 0) liana::destroy(shared);

  return all.reports == liana::size() && all.highest == 14 + liana::size() ? EXIT_SUCCESS : EXIT_FAILURE;
}
