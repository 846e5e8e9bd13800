// Prints what accesses post in simulated jobs, for benchmarks/growth.md: counts, not seconds.
//
//     growth_counts [most ranks]      256; with 1024 it takes a quarter of an hour

#include <array>
#include <cstdio>
#include <cstdlib>

#include "tests/sim/growth.hpp"

namespace {

using liana::rank_t;
using liana_tests::sim::growth_options;
using liana_tests::sim::growth_result;
using liana_tests::sim::posted;

void print_count(const posted& each) {
  std::printf(" %llu | %llu | %llu |", static_cast<unsigned long long>(each.operations),
              static_cast<unsigned long long>(each.round_trips), static_cast<unsigned long long>(each.peers));
}

/// False when the job failed.
bool print_job(const growth_options& with) {
  const growth_result result = run_growth(with);
  if (!result.failure.empty()) {
    std::fprintf(stderr, "growth_counts: %d ranks, %d on each host: %s\n", with.ranks, with.ranks_per_host,
                 result.failure.c_str());
    return false;
  }
  std::printf("| %d | %d | %d |", with.ranks, with.ranks / with.ranks_per_host, with.sharing_hosts);
  print_count(result.read_miss);
  print_count(result.near_write);
  print_count(result.far_write);
  std::printf(" %llu |\n", static_cast<unsigned long long>(result.barrier.operations));
  std::fflush(stdout);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const long most = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 256;
  if (argc > 2 || most < 2) {
    std::fprintf(stderr, "usage: growth_counts [most ranks, at least 2]\n");
    return EXIT_FAILURE;
  }
  std::printf("Each access: operations posted, round trips waited for, ranks posted to\n\n");
  std::printf(
      "| ranks | hosts | sharing hosts | read miss | | | write at home | | | write from another host | | | barrier: "
      "operations of a rank |\n");
  std::printf("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n");
  for (const rank_t ranks_per_host : {1, 8}) {
    for (const rank_t ranks : {16, 64, 256, 1024}) {
      for (const rank_t sharing : {0, 1, 4, 14, 30, 62, 126}) {
        if (ranks <= most && sharing <= ranks / ranks_per_host - 2 &&
            !print_job({.ranks = ranks, .ranks_per_host = ranks_per_host, .sharing_hosts = sharing})) {
          return EXIT_FAILURE;
        }
      }
    }
  }
  return EXIT_SUCCESS;
}
