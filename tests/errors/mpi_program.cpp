// MPI and the runtime in an order that cannot be right; mpi_program SCENARIO, see `main`.

#include <unistd.h>

#include <string_view>

#include "tests/errors/report.hpp"

namespace {

int start_mpi(int& argc, char**& argv) {
  int provided = 0;
  int rank = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

void start_runtime() { const liana::runtime runtime(MPI_COMM_WORLD, liana::options{}); }

}  // namespace

int main(int argc, char** argv) {
  const std::string_view scenario = argc > 1 ? argv[1] : "";
  const int rank = start_mpi(argc, argv);
  if (scenario == "start_after_finalize") {
    MPI_Finalize();
    return liana_tests::caught_by(rank, start_runtime).empty() ? 0 : liana_tests::failed_as_planned;
  }
  if (scenario == "finalize_before_end") {
    // Told in the log, because the runtime ends in a destructor.
    const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
    liana::barrier();
    MPI_Finalize();
    return liana_tests::failed_as_planned;
  }
  if (scenario == "start_of_one_rank") {
    if (rank != 0) {
      for (;;) pause();  // mpirun ends it, once rank 0 has ended
    }
    const std::string caught = liana_tests::caught_by(rank, start_runtime);
    // MPI still waits for the other rank.
    liana_tests::end_at_once(caught.empty() ? 0 : liana_tests::failed_as_planned);
  }
  std::fprintf(stderr, "mpi_program start_after_finalize|finalize_before_end|start_of_one_rank\n");
  return 2;
}
