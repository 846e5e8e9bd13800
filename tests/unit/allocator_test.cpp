#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "allocator/segment_allocator.hpp"
#include "tests/unit/backed_pool.hpp"

namespace liana::allocator {
namespace {

using detail::page_bytes;
using test::backed_pool;
using call = backed_pool::call;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

struct segment_allocator_test : testing::Test {
  backed_pool memory{mebibyte};
  segment_allocator pool{mebibyte, memory};
};

void free_at(segment_allocator& pool, std::uint64_t offset, unsigned block_log2) {
  const std::optional<allocation> found = pool.find(offset, block_log2);
  ASSERT_TRUE(found);
  pool.free(*found);
}

TEST_F(segment_allocator_test, gives_large_blocks_as_aligned_pages_and_leaves_their_entries_alone) {
  for (unsigned log2 = 12; log2 <= 17; ++log2) {
    const allocation made = pool.allocate(log2, 2);
    EXPECT_EQ(made.offset % (std::size_t{1} << log2), 0U);
    EXPECT_EQ(made.block_log2, log2);
    EXPECT_EQ(made.extent_log2, 0U);
    EXPECT_EQ(made.blocks, 2U);
    EXPECT_EQ(made.bytes(), std::size_t{2} << log2);
    EXPECT_TRUE(memory.is_committed(made.offset, made.bytes()));
  }
  EXPECT_TRUE(memory.preparations.empty());
}

TEST_F(segment_allocator_test, uses_the_first_page_of_the_pool) { EXPECT_EQ(pool.allocate(12, 1).offset, 0U); }

TEST_F(segment_allocator_test, puts_an_array_of_small_blocks_in_the_smallest_extent_that_holds_it) {
  for (const auto& [block_log2, blocks, extent_log2] :
       std::vector<std::tuple<unsigned, std::size_t, unsigned>>{{3, 2, 12},
                                                                {3, 512, 12},
                                                                {3, 513, 13},
                                                                {6, 65, 13},
                                                                {11, 2, 12},
                                                                {11, 3, 13},
                                                                {11, 17, 16},
                                                                {8, 1024, 18}}) {
    const allocation made = pool.allocate(block_log2, blocks);
    EXPECT_EQ(made.extent_log2, extent_log2);
    EXPECT_EQ(made.offset % (std::size_t{1} << extent_log2), 0U);
    EXPECT_EQ(memory.preparations.back(), (call{static_cast<std::int64_t>(made.offset - 64 * blocks), blocks}));
    EXPECT_TRUE(memory.is_committed(made.offset - 64 * blocks, 64 * blocks + made.bytes()));
  }
}

TEST_F(segment_allocator_test, hands_out_single_small_objects_from_one_slab) {
  for (unsigned log2 = 3; log2 <= 11; ++log2) {
    const std::size_t before = memory.preparations.size();
    const std::size_t count = std::size_t{1} << ((log2 <= 6 ? 12 : log2 + 6) - log2);
    std::set<std::uint64_t> offsets;
    for (std::size_t i = 0; i < count; ++i) {
      const allocation made = pool.allocate(log2, 1);
      EXPECT_EQ(made.extent_log2, log2 <= 6 ? 12 : log2 + 6);
      EXPECT_TRUE(made.zeroed);
      offsets.insert(made.offset);
    }
    EXPECT_EQ(memory.preparations.size(), before + 1)
        << "one slab holds " << count << " objects of 2^" << log2 << " bytes";
    EXPECT_EQ(offsets.size(), count);
    EXPECT_EQ(*offsets.rbegin() - *offsets.begin(), (count - 1) << log2);
    EXPECT_EQ(memory.preparations.back(), (call{static_cast<std::int64_t>(*offsets.begin() - 64 * count), count}));
    EXPECT_FALSE(offsets.contains(pool.allocate(log2, 1).offset));
    EXPECT_EQ(memory.preparations.size(), before + 2) << "and the next object opens another";
  }
}

TEST_F(segment_allocator_test, reuses_an_object_without_preparing_or_zeroing_it) {
  const allocation first = pool.allocate(6, 1);
  const allocation second = pool.allocate(6, 1);
  free_at(pool, first.offset, 6);
  const allocation again = pool.allocate(6, 1);
  EXPECT_EQ(again.offset, first.offset);
  EXPECT_FALSE(again.zeroed);
  EXPECT_EQ(memory.preparations.size(), 1U);
  const allocation third = pool.allocate(6, 1);
  EXPECT_EQ(third.offset, second.offset + 64);
  EXPECT_TRUE(third.zeroed) << "nobody had this one before";
}

TEST_F(segment_allocator_test, calls_an_array_zeroed_only_if_none_of_its_pages_was_used) {
  const allocation one_page = pool.allocate(12, 1);
  EXPECT_TRUE(one_page.zeroed);
  free_at(pool, one_page.offset, 12);
  const allocation three_pages = pool.allocate(12, 3);
  EXPECT_EQ(three_pages.offset, 0U);
  EXPECT_FALSE(three_pages.zeroed) << "its first page was used";
  EXPECT_EQ(memory.commits, (std::vector<call>{{0, page_bytes}, {page_bytes, 2 * page_bytes}}));
  EXPECT_TRUE(pool.allocate(12, 1).zeroed);
}

TEST_F(segment_allocator_test, calls_small_blocks_zeroed_if_only_pages_of_their_entries_were_used) {
  const allocation page = pool.allocate(12, 1);
  free_at(pool, page.offset, 12);
  const allocation array = pool.allocate(3, 16);
  EXPECT_EQ(array.offset, page_bytes);
  EXPECT_TRUE(array.zeroed);
}

TEST_F(segment_allocator_test, prefers_used_pages_to_new_ones_where_both_fit_equally) {
  ASSERT_EQ(pool.allocate(12, 1).offset, 0U);
  ASSERT_EQ(pool.allocate(13, 1).offset, 2 * page_bytes);  // page 1 stays unused
  const allocation freed = pool.allocate(12, 3);
  ASSERT_EQ(freed.offset, 4 * page_bytes);
  ASSERT_EQ(pool.allocate(12, 2).offset, 7 * page_bytes);
  pool.free(freed);
  ASSERT_EQ(pool.allocate(13, 1).offset, 4 * page_bytes);  // page 6 was used and is free
  const allocation made = pool.allocate(12, 1);
  EXPECT_EQ(made.offset, 6 * page_bytes);
  EXPECT_FALSE(made.zeroed);
  EXPECT_EQ(pool.allocate(12, 1).offset, page_bytes);
}

TEST_F(segment_allocator_test, finds_what_is_live_by_its_start_and_block_size_alone) {
  const allocation array = pool.allocate(12, 4);
  const allocation extent = pool.allocate(6, 4);
  const allocation object = pool.allocate(6, 1);
  const std::optional<allocation> found = pool.find(array.offset, 12);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->blocks, 4U);
  EXPECT_FALSE(found->zeroed);
  EXPECT_EQ(pool.find(extent.offset, 6)->blocks, 4U);
  EXPECT_EQ(pool.find(extent.offset, 6)->extent_log2, 12U);
  EXPECT_EQ(pool.find(object.offset, 6)->blocks, 1U);
  EXPECT_FALSE(pool.find(array.offset + page_bytes, 12)) << "inside an array";
  EXPECT_FALSE(pool.find(array.offset, 13)) << "another block size";
  EXPECT_FALSE(pool.find(extent.offset + 64, 6)) << "inside an array of small blocks";
  EXPECT_FALSE(pool.find(extent.offset, 7));
  EXPECT_FALSE(pool.find(object.offset + 64, 6)) << "a free object";
  EXPECT_FALSE(pool.find(object.offset + 8, 6)) << "inside an object";
  EXPECT_FALSE(pool.find(object.offset - 64, 6)) << "an entry";
  EXPECT_FALSE(pool.find(object.offset, 5));
  EXPECT_FALSE(pool.find(mebibyte, 12)) << "outside the pool";
  EXPECT_FALSE(pool.find(array.offset, 0));
  EXPECT_FALSE(pool.find(array.offset, 31));
}

TEST_F(segment_allocator_test, does_not_find_or_free_what_is_free) {
  const allocation array = pool.allocate(12, 4);
  const allocation object = pool.allocate(4, 1);
  pool.free(array);
  pool.free(object);
  EXPECT_FALSE(pool.find(array.offset, 12));
  EXPECT_FALSE(pool.find(object.offset, 4));
  EXPECT_THROW(pool.free(array), std::invalid_argument);
  EXPECT_THROW(pool.free(object), std::invalid_argument);
  EXPECT_EQ(pool.usage().live_allocations, 0U);
}

TEST_F(segment_allocator_test, does_not_free_an_allocation_of_another_length) {
  const allocation array = pool.allocate(12, 4);
  EXPECT_THROW(pool.free({array.offset, 12, 0, 3, false}), std::invalid_argument);
  EXPECT_TRUE(pool.find(array.offset, 12));
}

TEST_F(segment_allocator_test, accounts_for_every_page) {
  const usage_t fresh = pool.usage();
  EXPECT_EQ(fresh.total_bytes, mebibyte);
  EXPECT_EQ(fresh.used_bytes, 0U);
  EXPECT_EQ(fresh.free_bytes, mebibyte);
  EXPECT_EQ(fresh.largest_bytes, mebibyte);
  EXPECT_EQ(fresh.live_allocations, 0U);
  const allocation array = pool.allocate(12, 10);
  pool.allocate(6, 1);
  pool.allocate(6, 1);
  const usage_t usage = pool.usage();
  EXPECT_EQ(usage.used_bytes, 12 * page_bytes) << "ten of the array, two of the slab";
  EXPECT_EQ(usage.free_bytes, mebibyte - 12 * page_bytes);
  EXPECT_EQ(usage.largest_bytes, mebibyte - 12 * page_bytes);
  EXPECT_EQ(usage.live_allocations, 3U);
  pool.free(array);
  EXPECT_EQ(pool.usage().used_bytes, 2 * page_bytes);
  EXPECT_EQ(pool.usage().largest_bytes, mebibyte - 12 * page_bytes);
}

TEST_F(segment_allocator_test, keeps_one_empty_slab_of_each_size_and_gives_the_others_back) {
  std::vector<allocation> objects;
  objects.reserve(320);
  for (int i = 0; i < 320; ++i) {
    objects.push_back(pool.allocate(6, 1));
  }
  EXPECT_EQ(pool.usage().used_bytes, 10 * page_bytes);
  for (const allocation& object : objects) {
    pool.free(object);
  }
  EXPECT_EQ(pool.usage().used_bytes, 2 * page_bytes);
  const std::size_t prepared = memory.preparations.size();
  pool.free(pool.allocate(6, 1));
  EXPECT_EQ(memory.preparations.size(), prepared) << "the kept slab serves";
}

TEST_F(segment_allocator_test, fills_slabs_in_use_before_it_opens_the_kept_one) {
  std::vector<allocation> objects;
  objects.reserve(65);
  for (int i = 0; i < 65; ++i) {
    objects.push_back(pool.allocate(6, 1));
  }
  for (std::size_t i = 0; i < 64; ++i) {
    pool.free(objects[i]);
  }
  EXPECT_EQ(pool.allocate(6, 1).offset, objects[64].offset + 64) << "beside the one that is left";
}

TEST_F(segment_allocator_test, gives_kept_slabs_up_when_their_memory_is_needed) {
  for (unsigned log2 = 3; log2 <= 11; ++log2) {
    pool.free(pool.allocate(log2, 1));
  }
  EXPECT_GT(pool.usage().used_bytes, 0U);
  const allocation all = pool.allocate(12, mebibyte / page_bytes);
  EXPECT_EQ(all.offset, 0U);
  EXPECT_EQ(memory.committed_pages(), mebibyte / page_bytes);
}

TEST_F(segment_allocator_test, commits_each_page_once_over_many_rounds) {
  for (int round = 0; round < 10; ++round) {
    std::vector<allocation> live;
    for (unsigned log2 = 3; log2 <= 16; ++log2) {
      live.push_back(pool.allocate(log2, 1));
      live.push_back(pool.allocate(log2, 2));
    }
    for (const allocation& made : live) {
      pool.free(made);
    }
    // The pool checks each commit; that there were some in the first round only shows the reuse.
    if (round == 0) {
      memory.commits.clear();
    }
  }
  EXPECT_TRUE(memory.commits.empty());
}

TEST(segment_allocator, allows_any_thread_at_any_time) {
  constexpr std::size_t bytes = 4 * mebibyte;
  backed_pool memory(bytes);
  segment_allocator pool(bytes, memory);
  const auto work = [&](std::uint8_t mark) {
    std::vector<allocation> live;
    for (unsigned step = 0; step < 2000; ++step) {
      const allocation made = pool.allocate(3 + (step * 7 + mark) % 11, 1 + step % 3);
      std::ranges::fill(memory.data(made.offset, made.bytes()), mark);
      live.push_back(made);
      if (live.size() == 20) {
        for (const allocation& mine : live) {
          EXPECT_TRUE(memory.holds_only(mine.offset, mine.bytes(), mark));
          free_at(pool, mine.offset, mine.block_log2);
        }
        live.clear();
      }
      EXPECT_LE(pool.usage().used_bytes, bytes);
    }
    EXPECT_TRUE(live.empty());
  };
  std::vector<std::thread> threads;
  for (std::uint8_t mark = 1; mark <= 4; ++mark) {
    threads.emplace_back(work, mark);
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(pool.usage().live_allocations, 0U);
}

}  // namespace
}  // namespace liana::allocator
