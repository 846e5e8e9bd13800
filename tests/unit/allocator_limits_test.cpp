#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "allocator/segment_allocator.hpp"
#include "tests/unit/backed_pool.hpp"

namespace liana::allocator {
namespace {

using detail::address;
using detail::page_bytes;
using test::backed_pool;
using test::imaginary_pool;
using call = backed_pool::call;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

struct segment_allocator_limits : testing::Test {
  backed_pool memory{mebibyte};
  segment_allocator pool{mebibyte, memory};
};

/// What allocate() throws.
exhausted exhausted_by(segment_allocator& pool, unsigned block_log2, std::size_t blocks) {
  try {
    pool.allocate(block_log2, blocks);
  } catch (const exhausted& error) {
    return error;
  }
  throw std::logic_error("the allocation succeeded");
}

TEST_F(segment_allocator_limits, tells_what_was_asked_and_what_is_free_when_exhausted) {
  pool.allocate(12, 200);
  const exhausted error = exhausted_by(pool, 12, 57);
  EXPECT_EQ(error.asked_bytes, 57 * page_bytes);
  EXPECT_EQ(error.entries_bytes, 0U);
  EXPECT_EQ(error.alignment_bytes, page_bytes);
  EXPECT_EQ(error.free_bytes, 56 * page_bytes);
  EXPECT_EQ(error.largest_bytes, 56 * page_bytes);
  EXPECT_STREQ(
      error.what(),
      "no place for 233472 bytes, aligned to 4096 bytes: 229376 bytes are free, the longest run of them has 229376");
  EXPECT_EQ(pool.allocate(12, 56).offset, 200 * page_bytes) << "all that is free is to be had";
}

TEST_F(segment_allocator_limits, tells_fragmentation_apart) {
  std::vector<allocation> pages;
  pages.reserve(mebibyte / page_bytes);
  for (std::size_t i = 0; i < mebibyte / page_bytes; ++i) {
    pages.push_back(pool.allocate(12, 1));
  }
  for (std::size_t i = 0; i < pages.size(); i += 2) {
    pool.free(pages[i]);
  }
  const exhausted error = exhausted_by(pool, 12, 2);
  EXPECT_EQ(error.free_bytes, mebibyte / 2);
  EXPECT_EQ(error.largest_bytes, page_bytes);
}

TEST_F(segment_allocator_limits, tells_when_only_alignment_is_in_the_way) {
  pool.allocate(12, 1);
  const exhausted large = exhausted_by(pool, 20, 1);
  EXPECT_EQ(large.alignment_bytes, mebibyte);
  const exhausted small = exhausted_by(pool, 11, 300);
  EXPECT_EQ(small.asked_bytes, 600U * 1024);
  EXPECT_EQ(small.entries_bytes, 300U * 64);
  EXPECT_EQ(small.alignment_bytes, mebibyte);
  EXPECT_EQ(small.largest_bytes, mebibyte - page_bytes);
  EXPECT_STREQ(
      small.what(),
      "no place for 614400 bytes with 19200 bytes of directory entries before them, aligned to 1048576 bytes: 1044480 "
      "bytes are free, the longest run of them has 1044480");
}

TEST_F(segment_allocator_limits, puts_an_array_of_half_the_pool_at_the_earliest_anchor_there_is) {
  const allocation array = pool.allocate(11, 256);
  EXPECT_EQ(array.offset, mebibyte / 2);
  EXPECT_EQ(array.extent_log2, 19U);
  EXPECT_EQ(pool.usage().largest_bytes, mebibyte / 2 - 4 * page_bytes);
  pool.free(array);
  EXPECT_EQ(pool.allocate(11, 65).offset, mebibyte / 4) << "2^18 bytes hold it, so 256 KiB is an anchor";
}

TEST_F(segment_allocator_limits, survives_numbers_that_no_pool_can_hold) {
  constexpr std::size_t huge = std::numeric_limits<std::size_t>::max();
  for (const unsigned log2 : {3U, 11U, 12U, 30U}) {
    EXPECT_EQ(exhausted_by(pool, log2, huge).asked_bytes, huge);
    EXPECT_EQ(exhausted_by(pool, log2, std::size_t{1} << 61).free_bytes, mebibyte);
    EXPECT_THROW(pool.allocate(log2, (mebibyte >> log2) + 1), exhausted);
  }
  EXPECT_EQ(pool.usage().used_bytes, 0U);
  EXPECT_TRUE(memory.commits.empty());
}

TEST_F(segment_allocator_limits, refuses_block_sizes_and_counts_that_do_not_exist) {
  for (const unsigned log2 : {0U, 2U, 31U, 64U}) {
    EXPECT_THROW(pool.allocate(log2, 1), std::invalid_argument);
  }
  EXPECT_THROW(pool.allocate(12, 0), std::invalid_argument);
  EXPECT_THROW(pool.allocate(3, 0), std::invalid_argument);
}

TEST(segment_allocator_extremes, refuses_pools_that_are_not_whole_pages) {
  imaginary_pool memory;
  for (const std::size_t bytes :
       {std::size_t{0}, page_bytes - 1, page_bytes + 1, (std::size_t{1} << 43) + page_bytes}) {
    EXPECT_THROW(segment_allocator(bytes, memory), std::invalid_argument);
  }
}

TEST_F(segment_allocator_limits, takes_nothing_when_memory_cannot_be_had) {
  const allocation page = pool.allocate(12, 1);
  pool.allocate(12, 1);
  pool.free(page);
  memory.refuse_commits_after = 0;
  const usage_t before = pool.usage();
  for (const unsigned log2 : {3U, 11U, 13U}) {
    for (const std::size_t blocks : {1U, 8U}) {
      EXPECT_THROW(pool.allocate(log2, blocks), std::runtime_error);
    }
  }
  EXPECT_EQ(pool.usage().used_bytes, before.used_bytes);
  EXPECT_EQ(pool.usage().live_allocations, before.live_allocations);
  EXPECT_EQ(pool.allocate(12, 1).offset, page.offset) << "a page that was used needs no commit";
  memory.refuse_commits_after = SIZE_MAX;
  EXPECT_TRUE(pool.allocate(12, 254).zeroed);
}

TEST_F(segment_allocator_limits, does_not_commit_again_what_was_committed_before_a_failure) {
  const allocation low = pool.allocate(12, 1);
  const allocation aligned = pool.allocate(13, 1);  // page 1 and those from 4 on stay unused
  pool.free(low);
  pool.free(aligned);
  memory.refuse_commits_after = 1;
  EXPECT_THROW(pool.allocate(12, 256), std::runtime_error);
  EXPECT_EQ(memory.commits.back(), (call{page_bytes, page_bytes})) << "the first of the two parts";
  EXPECT_EQ(pool.usage().free_bytes, mebibyte);
  memory.refuse_commits_after = SIZE_MAX;
  EXPECT_EQ(pool.allocate(12, 256).offset, 0U);
  EXPECT_EQ(memory.committed_pages(), 256U);
}

TEST(segment_allocator_extremes, serves_small_pools_to_the_last_page) {
  backed_pool memory(16 * page_bytes);
  segment_allocator pool(16 * page_bytes, memory);
  // A full slab of 2 KiB objects has 33 pages. Here it gets smaller until it fits.
  std::set<std::uint64_t> offsets;
  for (;;) {
    try {
      offsets.insert(pool.allocate(11, 1).offset);
    } catch (const exhausted& error) {
      EXPECT_EQ(error.asked_bytes, 2048U);
      EXPECT_EQ(error.entries_bytes, 64U);
      EXPECT_LT(error.largest_bytes, 2 * page_bytes);
      break;
    }
  }
  EXPECT_GE(offsets.size(), 16U);
  EXPECT_LT(pool.usage().free_bytes, 8 * page_bytes);
  for (const std::uint64_t offset : offsets) {
    pool.free(pool.find(offset, 11).value());
  }
  const allocation all = pool.allocate(12, 16);
  EXPECT_EQ(all.offset, 0U);
  EXPECT_THROW(pool.allocate(3, 1), exhausted);
}

TEST(segment_allocator_extremes, has_a_pool_of_one_page) {
  backed_pool memory(page_bytes);
  segment_allocator pool(page_bytes, memory);
  EXPECT_THROW(pool.allocate(3, 1), exhausted) << "there is no page for the entry";
  EXPECT_EQ(pool.allocate(12, 1).offset, 0U);
  EXPECT_THROW(pool.allocate(12, 1), exhausted);
}

TEST(segment_allocator_extremes, reaches_the_last_offset_an_address_can_hold) {
  imaginary_pool memory;
  segment_allocator pool(address::maximum_offset, memory);
  const std::size_t blocks = address::maximum_offset >> 30;
  EXPECT_EQ(pool.allocate(30, blocks).offset, 0U);
  EXPECT_THROW(pool.allocate(12, 1), exhausted);
  pool.free(pool.find(0, 30).value());
  EXPECT_EQ(pool.usage().largest_bytes, address::maximum_offset);
}

TEST(segment_allocator_extremes, keeps_small_blocks_below_the_end_of_their_offsets) {
  imaginary_pool memory;
  segment_allocator pool(address::maximum_extent_offset * 2, memory);
  const allocation half = pool.allocate(11, std::size_t{1} << (37 - 11));
  EXPECT_EQ(half.offset, std::uint64_t{1} << 37);
  EXPECT_EQ(half.extent_log2, 37U);
  EXPECT_EQ(memory.prepared_entries, std::size_t{1} << (37 - 11));
  const address last = address::make(65535, 11, 37, half.offset + half.bytes() - 2048);
  EXPECT_EQ(last.offset(), address::maximum_extent_offset - 2048);
  EXPECT_EQ(last.entry_offset(), (std::int64_t{1} << 37) - (std::int64_t{64} << (37 - 11)));
  const exhausted error = exhausted_by(pool, 11, std::size_t{1} << (37 - 11));
  EXPECT_EQ(error.largest_bytes, address::maximum_extent_offset) << "which lies out of reach";
}

TEST(segment_allocator_extremes, leaves_the_reach_of_small_blocks_to_them_while_there_is_other_memory) {
  imaginary_pool memory;
  constexpr std::size_t bytes = address::maximum_extent_offset + 8 * page_bytes;
  segment_allocator pool(bytes, memory);
  EXPECT_EQ(pool.allocate(12, 6).offset, address::maximum_extent_offset);
  EXPECT_EQ(pool.allocate(12, 2).offset, address::maximum_extent_offset + 6 * page_bytes);
  EXPECT_EQ(pool.allocate(12, 1).offset, 0U);
}

}  // namespace
}  // namespace liana::allocator
