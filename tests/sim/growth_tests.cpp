// What must not grow with the number of ranks does not; what grows does so as tests/growth computes it.

#include <cmath>
#include <cstdint>

#include <gtest/gtest.h>

#include "tests/growth/computed.hpp"
#include "tests/sim/growth.hpp"

namespace liana_tests::sim {
namespace {

using liana::rank_t;

growth_result grown(rank_t ranks, rank_t ranks_per_host, rank_t sharing_hosts) {
  growth_result result = run_growth({.ranks = ranks, .ranks_per_host = ranks_per_host, .sharing_hosts = sharing_hosts});
  EXPECT_EQ(result.failure, "");
  return result;
}

TEST(read_miss, posts_the_same_however_many_ranks_there_are) {
  for (const rank_t ranks : {4, 32, 128}) {
    const posted miss = grown(ranks, 1, 1).read_miss;
    EXPECT_EQ(miss.operations, 3U) << ranks << " ranks: mark, entry, data";
    EXPECT_EQ(miss.round_trips, 1U) << ranks << " ranks";
  }
}

TEST(write, grows_with_the_sharing_hosts_alone) {
  for (const rank_t ranks : {16, 32}) {
    for (const rank_t sharing : {0, 1, 5, 14}) {
      const growth_result result = grown(ranks, 1, sharing);
      const auto told = static_cast<std::uint64_t>(sharing);
      EXPECT_EQ(result.near_write.operations, told) << ranks << " ranks";
      EXPECT_EQ(result.near_write.round_trips, told == 0 ? 0U : 1U) << ranks << " ranks: all at once";
      // The lock and the entry; a stamp for each host; data, version with sharers, and the lock again.
      EXPECT_EQ(result.far_write.operations, 5 + told) << ranks << " ranks";
      EXPECT_EQ(result.far_write.round_trips, told == 0 ? 1U : 2U) << ranks << " ranks";
    }
  }
}

TEST(write, tells_whole_groups_of_hosts_where_there_are_more_than_40) {
  const growth_result result = grown(64, 1, 1);
  EXPECT_EQ(result.near_write.operations,
            static_cast<std::uint64_t>(liana_tests::growth::most_invalidated({.ranks = 64}, 1)) - 1)
      << "one of the group is the writer's own host";
  EXPECT_EQ(result.near_write.round_trips, 1U);
}

TEST(write, counts_hosts_and_not_ranks) { EXPECT_EQ(grown(64, 8, 5).near_write.operations, 5U); }

TEST(barrier, posts_two_operations_a_round) {
  for (const rank_t ranks : {2, 16, 100}) {
    EXPECT_EQ(grown(ranks, 1, 0).barrier.operations, 2U * liana_tests::growth::barrier_rounds(ranks));
  }
}

TEST(memory, of_a_started_rank_grows_as_computed) {
  static_cast<void>(grown(128, 1, 0));  // so that the simulation's own memory is there
  const std::int64_t few = grown(32, 1, 0).heap_by_rank;
  const std::int64_t many = grown(128, 1, 0).heap_by_rank;
  const auto computed = static_cast<double>(liana_tests::growth::heap_bytes_by_ranks({.ranks = 128}) -
                                            liana_tests::growth::heap_bytes_by_ranks({.ranks = 32}));
  EXPECT_NEAR(static_cast<double>(many - few), computed, computed / 50);
}

}  // namespace
}  // namespace liana_tests::sim
