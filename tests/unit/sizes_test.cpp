// What a rank takes where its settings leave that open.

#include "runtime/job/sizes.hpp"

#include <cstdint>

#include <gtest/gtest.h>

#include "runtime/state/segment_layout.hpp"

namespace liana::detail {
namespace {

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t gib = 1024 * mib;

segment_sizes choose(const options& with, const memory_room& room, int ranks_here) {
  return choose_sizes(configure(with, {}), room, ranks_here);
}

std::uint64_t taken(const segment_sizes& sizes) {
  return segment_layout::make(sizes.segment, sizes.cache, 262144).bytes;
}

TEST(automatic_sizes, are_a_gibibyte_and_a_quarter_where_there_is_room) {
  const segment_sizes sizes = choose({}, {}, 64);
  EXPECT_EQ(sizes.segment, gib);
  EXPECT_EQ(sizes.cache, 256 * mib);
}

TEST(automatic_sizes, let_the_ranks_of_a_host_take_four_fifths_of_what_there_is) {
  for (const std::uint64_t room : {64 * mib, 200 * mib, 4 * gib, 8 * gib}) {
    for (const int ranks : {1, 4, 8}) {
      for (const bool in_group : {false, true}) {
        const memory_room found = in_group ? memory_room{.control_group = room} : memory_room{.shared_memory = room};
        const segment_sizes sizes = choose({}, found, ranks);
        SCOPED_TRACE(testing::Message() << room << " bytes for " << ranks << " ranks: " << sizes.segment);
        const std::uint64_t all = taken(sizes) * static_cast<std::uint64_t>(ranks);
        EXPECT_LE(all, room / 5 * 4);
        EXPECT_TRUE(sizes.segment == gib || all > room / 5 * 3);
        EXPECT_NEAR(static_cast<double>(sizes.cache), static_cast<double>(sizes.segment) / 4, 4096);
      }
    }
  }
}

TEST(automatic_sizes, fit_into_the_limits_of_the_process) {
  EXPECT_LE(taken(choose({}, {.file_size = 100 * mib}, 1)), 100 * mib);
  EXPECT_LE(taken(choose({}, {.locked = 8 * mib}, 1)), 8 * mib);
}

// Too little is for the start to refuse, by what there is.
TEST(automatic_sizes, are_never_less_than_a_setting_may_be) {
  const segment_sizes sizes = choose({}, {.shared_memory = mib}, 16);
  EXPECT_EQ(sizes.segment, 64 * kib);
  EXPECT_EQ(sizes.cache, 64 * kib);
}

TEST(automatic_sizes, leave_alone_what_is_set) {
  const memory_room little{.shared_memory = 64 * mib};
  EXPECT_EQ(choose({.segment_bytes = 3 * gib}, {}, 1).segment, 3 * gib);
  EXPECT_EQ(choose({.segment_bytes = 3 * gib}, {}, 1).cache, 256 * mib);
  EXPECT_EQ(choose({.segment_bytes = 16 * mib}, {}, 1).cache, 256 * mib);
  EXPECT_EQ(choose({.segment_bytes = 3 * gib}, little, 1).segment, 3 * gib);
  EXPECT_EQ(choose({.segment_bytes = 3 * gib}, little, 1).cache, 64 * kib);
  const segment_sizes beside = choose({.cache_bytes = 32 * mib}, little, 1);
  EXPECT_EQ(beside.cache, 32 * mib);
  EXPECT_LE(taken(beside), 64 * mib / 5 * 4);
  EXPECT_EQ(choose({.cache_bytes = 1 * gib}, {}, 1).segment, gib);
}

}  // namespace
}  // namespace liana::detail
