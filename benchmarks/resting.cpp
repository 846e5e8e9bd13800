#include "benchmarks/resting.hpp"

#include <chrono>
#include <thread>

namespace liana::benchmarks {

void meet_resting(const job& here) {
  constexpr std::chrono::microseconds between_looks{100};
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Ibarrier(here.communicator(), &request);
  if (here.is_leader()) {
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    return;
  }
  for (int arrived = 0; arrived == 0;) {
    MPI_Test(&request, &arrived, MPI_STATUS_IGNORE);
    if (arrived == 0) {
      std::this_thread::sleep_for(between_looks);
    }
  }
}

follower_part rest(const job& here) {
  return [&here](const window&) { meet_resting(here); };
}

}  // namespace liana::benchmarks
