// The same program in plain MPI, to compare with: the same searches, but ranks that have no nodes ask others by
// messages.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include <fmt/format.h>
#include <mpi.h>

#include "command_line.hpp"
#include "run.hpp"
#include "work_mpi.hpp"

namespace uts {

namespace {

/// See run.
class message_job {
 public:
  message_work& work() { return work_; }

  [[nodiscard]] static std::uint64_t sum(std::uint64_t mine) { return reduce(mine, MPI_SUM); }
  [[nodiscard]] static std::uint64_t greatest(std::uint64_t mine) { return reduce(mine, MPI_MAX); }

 private:
  static std::uint64_t reduce(std::uint64_t value, MPI_Op how) {
    MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_UINT64_T, how, MPI_COMM_WORLD);
    return value;
  }

  message_work work_;
};

int run_over_mpi(int argc, char** argv) {
  place at{};
  MPI_Comm_rank(MPI_COMM_WORLD, &at.rank);
  MPI_Comm_size(MPI_COMM_WORLD, &at.ranks);
  const auto [of, exit_code] = parse_command_line(argc, argv, at.rank == 0);
  if (exit_code) return *exit_code;
  message_job job;
  return run(job, of, at);
}

}  // namespace

}  // namespace uts

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  try {
    const int status = uts::run_over_mpi(argc, argv);
    MPI_Finalize();
    return status;
  } catch (const std::exception& error) {
    fmt::print(stderr, "uts_mpi: {}\n", error.what());
    MPI_Abort(MPI_COMM_WORLD, EXIT_FAILURE);
    return EXIT_FAILURE;
  }
}
