#include <cstddef>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include <liana/detail/address.hpp>

namespace liana::detail {
namespace {

constexpr rank_t last_home = 65535;

void expect_round_trip(rank_t home, unsigned block_log2, unsigned extent_log2, std::uint64_t offset) {
  const address made = address::make(home, block_log2, extent_log2, offset);
  SCOPED_TRACE(testing::Message() << "home " << home << ", block 2^" << block_log2 << ", extent 2^" << extent_log2
                                  << ", offset " << offset);
  EXPECT_EQ(made.home(), home);
  EXPECT_EQ(made.block_log2(), block_log2);
  EXPECT_EQ(made.block_bytes(), std::size_t{1} << block_log2);
  EXPECT_EQ(made.offset(), offset);
  EXPECT_FALSE(made.is_null());
  EXPECT_EQ(address(made.bits()), made);
}

std::vector<unsigned> small_blocks() { return {3, 4, 5, 6, 7, 8, 9, 10, 11}; }

std::vector<unsigned> large_blocks() {
  std::vector<unsigned> sizes;
  for (unsigned log2 = page_log2; log2 <= maximum_block_log2; ++log2) {
    sizes.push_back(log2);
  }
  return sizes;
}

TEST(address, keeps_home_size_and_offset_of_large_blocks_at_their_extremes) {
  for (const rank_t home : {0, 1, 32767, 32768, last_home}) {
    for (const unsigned log2 : large_blocks()) {
      for (const std::uint64_t offset :
           {std::uint64_t{0}, std::uint64_t{1} << log2, std::uint64_t{1} << 42,
            address::maximum_offset - (std::uint64_t{1} << log2), address::maximum_offset - 1}) {
        expect_round_trip(home, log2, 0, offset);
      }
    }
  }
}

TEST(address, keeps_home_sizes_and_offset_of_small_blocks_at_their_extremes) {
  for (const rank_t home : {0, 1, 32767, 32768, last_home}) {
    for (const unsigned log2 : small_blocks()) {
      for (const unsigned extent : {12U, 13U, 20U, 37U, 43U}) {
        for (const std::uint64_t offset :
             {std::uint64_t{0}, std::uint64_t{1} << log2, std::uint64_t{1} << 37,
              address::maximum_extent_offset - (std::uint64_t{1} << log2), address::maximum_extent_offset - 1}) {
          expect_round_trip(home, log2, extent, offset);
        }
      }
    }
  }
}

TEST(address, is_null_only_without_any_bit) {
  EXPECT_TRUE(address().is_null());
  EXPECT_FALSE(address::make(0, minimum_block_log2, 12, 0).is_null());
  EXPECT_FALSE(address::make(0, page_log2, 0, 0).is_null());
}

TEST(address, leads_from_any_byte_to_its_block) {
  for (unsigned log2 = minimum_block_log2; log2 <= maximum_block_log2; ++log2) {
    const std::uint64_t bytes = std::uint64_t{1} << log2;
    const std::uint64_t offset = std::uint64_t{1} << 36;
    const address block = address::make(last_home, log2, 14, offset);
    for (const std::uint64_t inside : {std::uint64_t{0}, std::uint64_t{1}, bytes / 2, bytes - 1}) {
      const address byte = block.advanced(static_cast<std::int64_t>(inside));
      EXPECT_EQ(byte.block(), block);
      EXPECT_EQ(byte.offset_in_block(), inside);
      EXPECT_EQ(byte.entry_offset(), block.entry_offset());
      EXPECT_EQ(byte.offset(), offset + inside);
    }
    EXPECT_NE(block.advanced(static_cast<std::int64_t>(bytes)).block(), block);
    EXPECT_EQ(block.advanced(static_cast<std::int64_t>(bytes)).advanced(-static_cast<std::int64_t>(bytes)), block);
  }
}

TEST(address, entries_of_large_blocks_go_down_from_the_origin_one_for_each_page) {
  for (const unsigned log2 : large_blocks()) {
    const std::int64_t stride = std::int64_t{entry_bytes} << (log2 - page_log2);
    EXPECT_EQ(address::make(3, log2, 0, 0).entry_offset(), -64);
    for (std::int64_t block = 0; block < 5; ++block) {
      EXPECT_EQ(address::make(3, log2, 0, static_cast<std::uint64_t>(block) << log2).entry_offset(),
                -64 - block * stride);
    }
  }
}

TEST(address, entries_of_large_blocks_stay_inside_the_directory_up_to_the_last_offset) {
  for (const unsigned log2 : large_blocks()) {
    const address last = address::make(last_home, log2, 0, address::maximum_offset - (std::uint64_t{1} << log2));
    EXPECT_GE(last.entry_offset(), -static_cast<std::int64_t>(directory_bytes(address::maximum_offset)));
    EXPECT_LT(last.entry_offset(), 0);
  }
  const address last_page = address::make(last_home, page_log2, 0, address::maximum_offset - page_bytes);
  EXPECT_EQ(last_page.entry_offset(), -static_cast<std::int64_t>(directory_bytes(address::maximum_offset)));
}

TEST(address, blocks_of_mixed_sizes_above_4_KiB_have_entries_of_their_own) {
  // 16 KiB at 0, then 4 KiB at 16 KiB, 20 KiB, 24 KiB and 28 KiB, then 32 KiB at 32 KiB.
  EXPECT_EQ(address::make(0, 14, 0, 0).entry_offset(), -64);
  EXPECT_EQ(address::make(0, 12, 0, 16384).entry_offset(), -64 * 5);
  EXPECT_EQ(address::make(0, 12, 0, 28672).entry_offset(), -64 * 8);
  EXPECT_EQ(address::make(0, 15, 0, 32768).entry_offset(), -64 * 9);
}

TEST(address, entries_of_small_blocks_go_down_from_the_anchor_of_their_extent) {
  for (const unsigned log2 : small_blocks()) {
    for (const unsigned extent : {12U, 14U, 17U, 25U, 37U}) {
      const std::uint64_t anchor = std::uint64_t{1} << 37;
      const std::uint64_t blocks = std::uint64_t{1} << (extent - log2);
      for (const std::uint64_t block : {std::uint64_t{0}, std::uint64_t{1}, blocks / 2, blocks - 1}) {
        EXPECT_EQ(address::make(last_home, log2, extent, anchor + (block << log2)).entry_offset(),
                  static_cast<std::int64_t>(anchor) - 64 * static_cast<std::int64_t>(block + 1));
      }
    }
  }
}

TEST(address, the_extent_of_a_small_block_tells_its_anchor) {
  // The same offset seen in extents of 4, 8 and 16 KiB.
  const std::uint64_t offset = 0x7000 + 64;
  EXPECT_EQ(address::make(0, 6, 12, offset).entry_offset(), 0x7000 - 64 * 2);
  EXPECT_EQ(address::make(0, 6, 13, offset).entry_offset(), 0x6000 - 64 * (0x1000 / 64 + 2));
  EXPECT_EQ(address::make(0, 6, 14, offset).entry_offset(), 0x4000 - 64 * (0x3000 / 64 + 2));
}

TEST(address, consecutive_entries_descend_by_64_and_above_4_KiB_by_64_for_each_page) {
  for (unsigned log2 = minimum_block_log2; log2 <= 24; ++log2) {
    const unsigned extent = log2 + 8 < page_log2 ? page_log2 : log2 + 8;
    const address first = address::make(7, log2, extent, std::uint64_t{1} << 32);
    const std::int64_t step = log2 <= page_log2 ? 64 : 64 * (std::int64_t{1} << (log2 - page_log2));
    for (std::int64_t block = 0; block < 255; ++block) {
      EXPECT_EQ(first.advanced((block + 1) << log2).entry_offset(),
                first.advanced(block << log2).entry_offset() - step);
    }
  }
}

TEST(address, one_past_the_last_byte_of_a_pool_still_goes_back) {
  const address last = address::make(last_home, 12, 0, address::maximum_offset - page_bytes);
  EXPECT_EQ(last.advanced(page_bytes).advanced(-static_cast<std::int64_t>(page_bytes)), last);
  const address last_small = address::make(last_home, 3, 12, address::maximum_extent_offset - 8);
  EXPECT_EQ(last_small.advanced(8).advanced(-8), last_small);
}

TEST(address, directory_has_one_entry_for_each_page_in_whole_pages) {
  EXPECT_EQ(directory_bytes(page_bytes), page_bytes);
  EXPECT_EQ(directory_bytes(64 * page_bytes), page_bytes);
  EXPECT_EQ(directory_bytes(65 * page_bytes), 2 * page_bytes);
  EXPECT_EQ(directory_bytes(std::size_t{1} << 30), std::size_t{1} << 24);
}

TEST(address, finds_the_smallest_block_that_holds_an_object) {
  EXPECT_EQ(block_log2_for(1), 3U);
  EXPECT_EQ(block_log2_for(8), 3U);
  EXPECT_EQ(block_log2_for(9), 4U);
  EXPECT_EQ(block_log2_for(2048), 11U);
  EXPECT_EQ(block_log2_for(2049), 12U);
  EXPECT_EQ(block_log2_for(4096), 12U);
  EXPECT_EQ(block_log2_for(std::size_t{1} << 30), 30U);
}

}  // namespace
}  // namespace liana::detail
