// The computed growth against structures that are really made, at 16,384 ranks.

#include "tests/growth/computed.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <liana/detail/context.hpp>

#include "runtime/cache/cache.hpp"
#include "runtime/state/host_map.hpp"
#include "runtime/state/operation_buffers.hpp"
#include "runtime/state/segment_layout.hpp"
#include "tests/growth/counted_heap.hpp"

namespace liana_tests::growth {
namespace {

using namespace liana::detail;

constexpr job_shape large{.ranks = 16384, .ranks_per_host = 128};

std::uint64_t computed(const job_shape& of, const std::string& what) {
  for (const part& each : runtime_parts(of)) {
    if (each.what == what) {
      return each.bytes;
    }
  }
  ADD_FAILURE() << "nothing is computed for " << what;
  return 0;
}

/// What is allocated by the function and still there when it has returned what it made.
template <class Make>
std::uint64_t taken_by(Make make) {
  const std::int64_t before = live_bytes();
  const auto made = make();
  return static_cast<std::uint64_t>(live_bytes() - before);
}

TEST(growth, of_the_host_map_is_as_computed) {
  const std::vector<int> hosts = large.host_of_rank();
  EXPECT_EQ(taken_by([&] { return host_map(hosts, 16383, std::nullopt); }),
            computed(large, "host of each rank") + computed(large, "first rank of each host, ranks on it"));
}

TEST(growth, of_what_is_kept_by_rank_is_as_computed) {
  EXPECT_EQ(taken_by([] { return std::vector<segment_layout>(16384); }), computed(large, "layouts of the segments"));
  EXPECT_EQ(taken_by([] { return std::vector<home_view>(16384); }), computed(large, "pools as the accesses see them"));
  EXPECT_EQ(taken_by([] { return std::vector<std::string>(16384, "node0123"); }),
            computed(large, "names of the hosts, 15 bytes at most"));
}

TEST(growth, of_the_cache_is_as_computed_and_independent_of_the_job) {
  std::vector<std::byte> memory(large.cache_bytes + page_bytes);
  const auto misplaced = reinterpret_cast<std::uintptr_t>(memory.data()) % page_bytes;
  const std::span<std::byte> aligned(memory.data() + (page_bytes - misplaced), large.cache_bytes);
  const std::uint64_t taken =
      taken_by([&] { return std::make_unique<cache>(aligned, [](std::byte*, std::size_t) {}); });
  const std::uint64_t expected = computed(large, "free pages of the cache");
  constexpr std::uint64_t by_itself = 1024;  // the cache object
  EXPECT_GE(taken, expected);
  EXPECT_LE(taken, expected + by_itself);
}

TEST(growth, of_the_operation_buffers_is_none) {
  std::vector<operation_buffer> memory(segment_layout::operation_buffers_bytes / sizeof(operation_buffer));
  EXPECT_EQ(taken_by([&] { return std::make_unique<operation_buffers>(memory); }),
            computed(large, "list of free operation buffers") + sizeof(operation_buffers));
}

TEST(growth, of_the_private_memory_is_proportional_to_the_ranks) {
  const std::uint64_t of_half = heap_bytes_by_ranks({.ranks = 8192, .ranks_per_host = 128});
  EXPECT_EQ(heap_bytes_by_ranks(large), 2 * of_half);
  EXPECT_LT(heap_bytes_by_ranks(large), 16384U * 256U) << "a quarter of a KiB for each other rank";
}

TEST(growth, of_the_shared_memory_before_allocation_is_none) {
  for (const auto& each : runtime_parts(large)) {
    if (each.where == place::shared) {
      EXPECT_EQ(each.bytes, computed({.ranks = 1, .segment_bytes = 1U << 20U}, each.what)) << each.what;
    }
  }
}

TEST(growth, of_invalidations_is_by_groups_of_hosts_beyond_40) {
  EXPECT_EQ(most_invalidated({.ranks = 40}, 3), 3);
  EXPECT_EQ(most_invalidated({.ranks = 41}, 1), 3) << "20 groups of 3 hosts";
  EXPECT_EQ(most_invalidated(large, 1), 7) << "128 hosts in groups of 7";
  EXPECT_EQ(most_invalidated(large, 20), 128) << "all";
}

TEST(growth, of_a_barrier_is_logarithmic) {
  EXPECT_EQ(barrier_rounds(1), 0U);
  EXPECT_EQ(barrier_rounds(2), 1U);
  EXPECT_EQ(barrier_rounds(16384), 14U);
  EXPECT_EQ(barrier_rounds(16385), 15U);
}

TEST(growth, of_verbs_ends_where_the_device_does) {
  const verbs_limits device{
      .queue_pairs = 262144, .completion_entries = 4194303, .requests = 32768, .inline_bytes = 64};
  EXPECT_TRUE(verbs_parts({.ranks = 1024, .ranks_per_host = 128}, device).refused.empty());
  EXPECT_FALSE(verbs_parts({.ranks = 2048, .ranks_per_host = 128}, device).refused.empty());
}

}  // namespace
}  // namespace liana_tests::growth
