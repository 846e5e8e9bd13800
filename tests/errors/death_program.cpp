// A rank that goes without a word, while the others need it in the way the first argument says; the second says how it
// goes:
//
//   death_program barrier|guard|home|collective kill|exit0|exit3 [survive]
//
// With `survive` the others ignore the SIGTERM by which mpirun ends the job, and so have until its SIGKILL to notice by
// themselves.

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <string_view>
#include <thread>

#include "tests/errors/report.hpp"

namespace {

using namespace std::chrono_literals;

constexpr liana::rank_t victim = 1;

void go(std::string_view how) {
  std::this_thread::sleep_for(100ms);
  if (how == "kill") raise(SIGKILL);
  _exit(how == "exit3" ? 3 : 0);
}

// What the others do; each needs the victim sooner or later.
void need(std::string_view what, const liana::global_ptr<std::int64_t>& at_victim,
          const liana::global_ptr<std::int64_t>& held) {
  if (what == "barrier") {
    liana::barrier();
  } else if (what == "guard") {
    held.put(1);
  } else if (what == "home") {
    // Reads and writes at the victim's home go on as long as its memory is there; then a collective needs it.
    for (int i = 0; i < 1000; ++i) at_victim.update([](std::int64_t& value) { ++value; });
    liana::barrier();
  } else {
    for (;;) (void)liana::all_reduce(1, std::plus<>{});
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "death_program barrier|guard|home|collective kill|exit0|exit3 [survive]\n");
    return 2;
  }
  if (argc > 3) (void)std::signal(SIGTERM, SIG_IGN);
  const std::string_view what = argv[1];
  const std::string_view how = argv[2];
  const liana::runtime runtime(argc, argv);
  const liana::rank_t me = liana::rank();
  const std::string caught = liana_tests::caught_by(me, [&] {
    const auto mine = liana::make_global<std::int64_t>(0);
    const auto at_victim = liana::broadcast(mine, victim);
    const auto held = liana::broadcast(mine, 0);
    if (me == victim) {
      const auto guard = held.write();
      liana::barrier();
      go(how);
    }
    liana::barrier();
    need(what, at_victim, held);
  });
  // Without the lost rank no orderly end is possible.
  liana_tests::end_at_once(caught.empty() ? 0 : liana_tests::failed_as_planned);
}
