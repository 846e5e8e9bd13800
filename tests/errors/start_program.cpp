// Starts a runtime whose settings come from the environment. Succeeds if it can, so a test in which it must fail
// notices.

#include <cstdlib>

#include "tests/errors/report.hpp"

int main(int argc, char** argv) {
  const char* launched_as = std::getenv("OMPI_COMM_WORLD_RANK");
  const int rank = launched_as == nullptr ? 0 : std::atoi(launched_as);
  const std::string caught = liana_tests::caught_by(rank, [&] {
    const liana::runtime runtime(argc, argv);
    liana::barrier();
  });
  return caught.empty() ? 0 : liana_tests::failed_as_planned;
}
