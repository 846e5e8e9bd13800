// What simulated ranks have instead of MPI.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include <liana/detail/rank.hpp>

namespace liana_tests::sim {

/// The ranks of the job that runs, and the memory of their exchanges.
struct job {
  using bytes = std::vector<std::byte>;

  explicit job(std::vector<int> hosts) : real_hosts(std::move(hosts)) {
    for (auto& each : sent) {
      each.resize(real_hosts.size());
    }
  }

  /// One of a process; set by whoever simulates.
  static job*& current();

  std::vector<int> real_hosts;          ///< by rank
  std::function<liana::rank_t()> rank;  ///< of the caller
  // Exchanges use two sets in turn: when a rank begins the next but one, all have left this one.
  std::array<std::vector<bytes>, 2> sent;  ///< by rank
  std::array<std::atomic<std::uint64_t>, 2> arrived{};
};

}  // namespace liana_tests::sim
