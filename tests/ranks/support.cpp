#include "tests/ranks/support.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace liana_tests {

namespace {

std::vector<int>& hosts() {
  static std::vector<int> of_rank;
  return of_rank;
}

// The lowest rank of MPI_COMM_WORLD on this machine stands for the machine.
int real_host() {
  MPI_Comm machine = MPI_COMM_NULL;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine);
  int lowest = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &lowest);
  MPI_Bcast(&lowest, 1, MPI_INT, 0, machine);
  MPI_Comm_free(&machine);
  return lowest;
}

}  // namespace

void learn_hosts() {
  int rank = 0;
  int size = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  const char* variable = std::getenv("LIANA_HOSTS");
  const std::string setting = variable == nullptr ? "real" : variable;
  int mine = 0;
  if (setting == "real") {
    mine = real_host();
  } else if (setting == "each") {
    mine = rank;
  } else {
    mine = rank % std::stoi(setting);
  }
  hosts().assign(static_cast<std::size_t>(size), 0);
  MPI_Allgather(&mine, 1, MPI_INT, hosts().data(), 1, MPI_INT, MPI_COMM_WORLD);
}

int host_of(liana::rank_t rank) { return hosts().at(static_cast<std::size_t>(rank)); }

liana::rank_t some_far_rank(liana::rank_t home) {
  for (liana::rank_t rank = 0; rank < liana::size(); ++rank) {
    if (!are_near(rank, home)) return rank;
  }
  return -1;
}

std::size_t repetitions(std::size_t count) {
  const char* const variable = std::getenv("LIANA_TEST_SHARE");
  const std::size_t share = variable == nullptr ? 1 : std::strtoull(variable, nullptr, 10);
  if (share == 0) throw std::invalid_argument("LIANA_TEST_SHARE is not a number above 0");
  return std::max(std::size_t{1}, count / share);
}

std::uint64_t shared_seed() {
  std::uint64_t seed = std::random_device{}();
  if (const char* variable = std::getenv("LIANA_TEST_SEED")) seed = std::strtoull(variable, nullptr, 10);
  MPI_Bcast(&seed, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD);
  return seed;
}

}  // namespace liana_tests
