// What accesses of simulated jobs post, by the number of ranks and hosts: counts, not seconds.
#pragma once

#include <cstdint>
#include <string>

#include <liana/detail/rank.hpp>

namespace liana_tests::sim {

struct growth_options {
  liana::rank_t ranks = 2;
  liana::rank_t ranks_per_host = 1;
  liana::rank_t sharing_hosts = 0;  ///< besides the writer's; each by its first rank. Not the home's, nor the last
};

/// What one rank posts for one access.
struct posted {
  std::uint64_t operations = 0;
  std::uint64_t round_trips = 0;  ///< times that it waits for what it has posted
  std::uint64_t peers = 0;        ///< ranks that it posts to
};

struct growth_result {
  std::string failure;            ///< empty: none
  posted read_miss;               ///< of the first sharer, of a block at rank 0; nothing where nobody shares
  posted near_write;              ///< by rank 0 itself
  posted far_write;               ///< by the last rank, with its release, for which nobody waits
  posted barrier;                 ///< of rank 0; what it waits for is not what it posts
  std::int64_t heap_by_rank = 0;  ///< private memory allocated by all ranks together, divided by their number
};

/// Starts a job of so many ranks, lets ranks share a block, then writes it from its home; the same again for a write
/// from another host; then a barrier.
growth_result run_growth(const growth_options& with);

}  // namespace liana_tests::sim
