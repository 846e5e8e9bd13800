// Starts a runtime whose settings come from the environment, and with an argument allocates that many bytes over all
// ranks. Succeeds if it can, so a test in which it must fail notices.

#include <cstdlib>

#include "tests/errors/report.hpp"

int main(int argc, char** argv) {
  const char* launched_as = std::getenv("OMPI_COMM_WORLD_RANK");
  const int rank = launched_as == nullptr ? 0 : std::atoi(launched_as);
  // MPI is left to the runtime: what a config_error leaves unstarted includes it.
  const std::string caught = liana_tests::caught_by(rank, [&] {
    const liana::runtime runtime(argc, argv);
    if (argc > 1) {
      auto a = liana::make_array<char>(std::strtoull(argv[1], nullptr, 10));
      if (liana::rank() == 0) a[a.size() - 1] = 'x';
    }
    liana::barrier();
  });
  int initialized = 0;
  MPI_Initialized(&initialized);
  std::printf("rank %d: MPI was %s\n", rank, initialized == 0 ? "left alone" : "started");
  return caught.empty() ? 0 : liana_tests::failed_as_planned;
}
