#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/backed_cache.hpp"

namespace liana::detail {
namespace {

using test::backed_cache;

/// The smallest cache there is: 128 headers and 14 pages.
class cache_eviction : public test::cache_fixture {
 protected:
  static constexpr std::uint64_t pages = 14;
  static constexpr std::uint64_t headers = 128;

  cache_eviction() : cache_fixture(std::size_t{64} << 10) {}

  /// Fills the cache with blocks 0, 1, ... of a size, in this order.
  void fill_with(unsigned log2, std::uint64_t blocks, bool pinned = false) {
    for (std::uint64_t i = 0; i < blocks; ++i) {
      replica* const copy = cached(backed_cache::block(log2, i), static_cast<std::uint8_t>(i), pinned);
      ASSERT_NE(copy, nullptr) << "block " << i;
      copies.push_back(copy);
    }
    ASSERT_EQ(memory->measure().evictions, 0U);
  }
  [[nodiscard]] std::vector<std::uint64_t> valid_ones(unsigned log2, std::uint64_t blocks) const {
    std::vector<std::uint64_t> found;
    for (std::uint64_t i = 0; i < blocks; ++i) {
      if (is_valid(backed_cache::block(log2, i))) {
        found.push_back(i);
      }
    }
    return found;
  }
  [[nodiscard]] std::uint64_t evictions() { return memory->measure().evictions; }

  std::vector<replica*> copies;
};

TEST_F(cache_eviction, evicts_in_the_order_of_arrival_what_nobody_used) {
  fill_with(12, pages);
  for (std::uint64_t i = 0; i < pages; ++i) {
    ASSERT_NE(cached(backed_cache::block(12, 100 + i)), nullptr);
    EXPECT_FALSE(is_valid(backed_cache::block(12, i)));
    EXPECT_EQ(valid_ones(12, pages).size(), pages - 1 - i);
    EXPECT_EQ(evictions(), i + 1);
  }
}

TEST_F(cache_eviction, spares_what_was_used_since_the_hand_passed) {
  fill_with(12, pages);
  for (const std::uint64_t used : {0U, 1U, 3U, 7U}) {
    ASSERT_TRUE(hit(backed_cache::block(12, used)));
  }
  for (std::uint64_t i = 0; i < pages - 4; ++i) {
    ASSERT_NE(cached(backed_cache::block(12, 100 + i)), nullptr);
  }
  EXPECT_EQ(valid_ones(12, pages), (std::vector<std::uint64_t>{0, 1, 3, 7}));
  // The hand has passed them once; block 3 is used again, the others' time is up.
  ASSERT_TRUE(hit(backed_cache::block(12, 3)));
  for (std::uint64_t i = 0; i < 3; ++i) {
    ASSERT_NE(cached(backed_cache::block(12, 200 + i)), nullptr);
  }
  EXPECT_TRUE(is_valid(backed_cache::block(12, 3)));
  EXPECT_EQ(valid_ones(12, pages).size(), 2U) << "block 7 lies behind a page filled since";
}

TEST_F(cache_eviction, counts_evictions_for_the_thread_that_needs_room) {
  fill_with(12, pages);
  const auto& counted = thread().counts[counter.evictions];
  const std::uint64_t before = counted.load();
  cached(backed_cache::block(13, 100));
  EXPECT_EQ(counted.load() - before, 2U);
}

TEST_F(cache_eviction, evicts_even_if_all_was_used) {
  fill_with(12, pages);
  for (std::uint64_t i = 0; i < pages; ++i) {
    ASSERT_TRUE(hit(backed_cache::block(12, i)));
  }
  EXPECT_NE(cached(backed_cache::block(12, 100)), nullptr);
  EXPECT_EQ(evictions(), 1U);
}

TEST_F(cache_eviction, takes_one_piece_of_a_page_of_the_same_size) {
  fill_with(10, 4 * pages);
  ASSERT_TRUE(hit(backed_cache::block(10, 0)));
  ASSERT_TRUE(hit(backed_cache::block(10, 2)));
  ASSERT_NE(cached(backed_cache::block(10, 1000)), nullptr);
  ASSERT_NE(cached(backed_cache::block(10, 1001)), nullptr);
  EXPECT_EQ(evictions(), 2U);
  EXPECT_FALSE(is_valid(backed_cache::block(10, 1)));
  EXPECT_FALSE(is_valid(backed_cache::block(10, 3)));
}

TEST_F(cache_eviction, empties_a_page_of_another_size) {
  fill_with(10, 4 * pages);
  ASSERT_TRUE(hit(backed_cache::block(10, 1)));  // on the first page
  ASSERT_NE(cached(backed_cache::block(11, 1000)), nullptr);
  EXPECT_EQ(evictions(), 4U);
  EXPECT_EQ(valid_ones(10, 8), (std::vector<std::uint64_t>{0, 1, 2, 3})) << "the second page went";
  ASSERT_NE(cached(backed_cache::block(11, 1001)), nullptr);
  EXPECT_EQ(evictions(), 4U) << "the other half of the page was free";
}

TEST_F(cache_eviction, joins_pages_for_a_large_block) {
  fill_with(12, pages);
  ASSERT_NE(cached(backed_cache::block(15, 100)), nullptr);
  EXPECT_EQ(evictions(), 8U);
  EXPECT_EQ(valid_ones(12, pages), (std::vector<std::uint64_t>{8, 9, 10, 11, 12, 13}));
}

TEST_F(cache_eviction, splits_a_large_block) {
  fill_with(15, 1);
  for (std::uint64_t i = 0; i < 6; ++i) {
    ASSERT_NE(cached(backed_cache::block(12, i)), nullptr);
  }
  EXPECT_EQ(evictions(), 0U);
  for (std::uint64_t i = 6; i < pages; ++i) {
    ASSERT_NE(cached(backed_cache::block(12, i)), nullptr);
  }
  EXPECT_EQ(evictions(), 1U);
  EXPECT_EQ(valid_ones(12, pages).size(), pages);
}

TEST_F(cache_eviction, reaches_round_pinned_pages_for_a_large_block) {
  fill_with(12, pages);
  ASSERT_EQ(memory.find_and_pin(backed_cache::block(12, 5)), copies[5]);
  ASSERT_NE(cached(backed_cache::block(15, 100), 200), nullptr) << "8 pages in a row begin at page 6";
  EXPECT_EQ(valid_ones(12, pages), (std::vector<std::uint64_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_TRUE(contains_only(*copies[5], 5));
  memory->unpin(*copies[5]);
}

TEST_F(cache_eviction, has_no_memory_for_a_large_block_between_pinned_pages) {
  fill_with(12, pages);
  ASSERT_EQ(memory.find_and_pin(backed_cache::block(12, 5)), copies[5]);
  ASSERT_EQ(memory.find_and_pin(backed_cache::block(12, 9)), copies[9]);
  EXPECT_EQ(memory->claim(backed_cache::block(15, 100)).result, claim_result::no_memory);
  EXPECT_EQ(evictions(), 0U) << "nothing goes in vain";
  memory->unpin(*copies[9]);
  EXPECT_EQ(memory->claim(backed_cache::block(15, 100)).result, claim_result::claimed);
  memory->unpin(*copies[5]);
}

TEST_F(cache_eviction, never_holds_a_block_larger_than_its_data_part) {
  EXPECT_EQ(memory->claim(backed_cache::block(16, 0)).result, claim_result::no_memory);
  EXPECT_EQ(memory->claim(backed_cache::block(maximum_block_log2, 0)).result, claim_result::no_memory);
  EXPECT_EQ(memory->measure().bytes, 0U);
  EXPECT_NE(cached(backed_cache::block(15, 0)), nullptr);
}

TEST_F(cache_eviction, has_no_memory_while_all_pages_are_pinned) {
  fill_with(12, pages, true);
  for (const unsigned log2 : {5U, 11U, 12U, 13U}) {
    EXPECT_EQ(memory->claim(backed_cache::block(log2, 100)).result, claim_result::no_memory) << "log2 " << log2;
  }
  EXPECT_EQ(memory->measure().bytes, pages * (page_bytes + sizeof(replica)));
  EXPECT_NE(cached(backed_cache::block(4, 0)), nullptr) << "needs no page";
  for (std::uint64_t i = 0; i < pages; ++i) {
    EXPECT_TRUE(contains_only(*copies[i], static_cast<std::uint8_t>(i)));
    EXPECT_TRUE(is_valid(backed_cache::block(12, i)));
  }
  memory->unpin(*copies[9]);
  EXPECT_NE(cached(backed_cache::block(5, 100)), nullptr);
  EXPECT_FALSE(is_valid(backed_cache::block(12, 9)));
}

TEST_F(cache_eviction, has_no_memory_while_all_pages_are_claimed) {
  std::vector<replica*> claimed;
  for (std::uint64_t i = 0; i < pages; ++i) {
    claimed.push_back(memory->claim(backed_cache::block(12, i)).copy);
  }
  EXPECT_EQ(memory->claim(backed_cache::block(12, 100)).result, claim_result::no_memory);
  memory->abandon(*claimed[0]);
  EXPECT_EQ(memory->claim(backed_cache::block(12, 100)).result, claim_result::claimed);
}

TEST_F(cache_eviction, keeps_what_is_pinned_when_there_is_no_room_for_a_newer_copy) {
  fill_with(12, pages, true);
  EXPECT_EQ(memory->claim(backed_cache::block(12, 3)).result, claim_result::no_memory);
  EXPECT_FALSE(copies[3]->orphan.load());
  EXPECT_TRUE(is_valid(backed_cache::block(12, 3)));
  memory->unpin(*copies[3]);
  EXPECT_TRUE(memory->claim(backed_cache::block(12, 3)).kept);
}

TEST_F(cache_eviction, goes_over_the_headers_when_these_run_out) {
  fill_with(3, headers);
  ASSERT_TRUE(hit(backed_cache::block(3, 0)));
  ASSERT_TRUE(hit(backed_cache::block(3, 2)));
  ASSERT_NE(cached(backed_cache::block(3, 1000)), nullptr);
  ASSERT_NE(cached(backed_cache::block(3, 1001)), nullptr);
  EXPECT_EQ(evictions(), 2U);
  EXPECT_EQ(valid_ones(3, 5), (std::vector<std::uint64_t>{0, 2, 4}));
  ASSERT_NE(cached(backed_cache::block(14, 0)), nullptr) << "a header for a large block";
  EXPECT_EQ(evictions(), 3U);
}

TEST_F(cache_eviction, has_no_memory_while_all_headers_are_pinned) {
  fill_with(3, headers, true);
  EXPECT_EQ(memory->claim(backed_cache::block(3, 1000)).result, claim_result::no_memory);
  EXPECT_EQ(memory->claim(backed_cache::block(12, 0)).result, claim_result::no_memory);
  memory->unpin(*copies[77]);
  EXPECT_EQ(memory->claim(backed_cache::block(12, 0)).result, claim_result::claimed);
  EXPECT_FALSE(is_valid(backed_cache::block(3, 77)));
  EXPECT_EQ(evictions(), 1U);
}

TEST_F(cache_eviction, forces_out_used_replicas_beside_pinned_ones_only_after_looking_elsewhere) {
  fill_with(12, pages);
  for (std::uint64_t i = 0; i < pages; ++i) {
    if (i != 6) {
      ASSERT_EQ(memory.find_and_pin(backed_cache::block(12, i)), copies[i]);
    }
  }
  ASSERT_TRUE(hit(backed_cache::block(12, 6)));
  EXPECT_NE(cached(backed_cache::block(5, 100)), nullptr) << "its only page was in use, but nothing else can go";
  EXPECT_FALSE(is_valid(backed_cache::block(12, 6)));
}

TEST_F(cache_eviction, gives_all_memory_back) {
  fill_with(12, 4);
  fill_with(7, 40);
  fill_with(3, 20);
  replica* const orphan = cached(backed_cache::block(13, 50), 1, true);
  ASSERT_NE(orphan, nullptr);
  ASSERT_NE(cached(backed_cache::block(13, 50)), nullptr);
  for (const auto& [log2, count] : {std::pair{12U, 4U}, {7U, 40U}, {3U, 20U}}) {
    for (std::uint64_t i = 0; i < count; ++i) {
      memory->abandon(*memory->claim(backed_cache::block(log2, i)).copy);
    }
  }
  memory->abandon(*memory->claim(backed_cache::block(13, 50)).copy);
  EXPECT_EQ(memory->measure().bytes, 2 * page_bytes + sizeof(replica)) << "the orphan";
  memory->unpin(*orphan);
  EXPECT_EQ(memory->measure().bytes, 0U);
  EXPECT_EQ(memory->measure().replicas, 0U);
  copies.clear();
  fill_with(12, pages);
}

/// 1 MiB, of which the system gives only a part.
class cache_without_more_memory : public test::cache_fixture {
 protected:
  cache_without_more_memory() : cache_fixture(std::size_t{1} << 20) {}
};

TEST_F(cache_without_more_memory, goes_on_with_the_pages_there_are) {
  for (std::uint64_t i = 0; i < 16; ++i) ASSERT_NE(cached(backed_cache::block(12, i)), nullptr);
  const std::size_t committed = memory.committed_bytes();
  memory.refuse_commits = true;
  for (std::uint64_t i = 16; i < 100; ++i) {
    ASSERT_NE(cached(backed_cache::block(12, i)), nullptr) << i;
    ASSERT_NE(cached(backed_cache::block(9, i)), nullptr) << i;
  }
  ASSERT_NE(cached(backed_cache::block(15, 1)), nullptr);
  EXPECT_EQ(memory.committed_bytes(), committed);
  EXPECT_THROW(memory->claim(backed_cache::block(17, 0)), std::runtime_error) << "larger than what there is";
  ASSERT_NE(cached(backed_cache::block(12, 200)), nullptr);

  std::vector<replica*> pinned;
  while (true) {
    try {
      replica* const copy = cached(backed_cache::block(12, 1000 + pinned.size()), 1, true);
      ASSERT_NE(copy, nullptr);
      pinned.push_back(copy);
    } catch (const std::runtime_error&) {
      break;
    }
  }
  EXPECT_EQ(pinned.size(), 16U);
  for (replica* const each : pinned) memory->unpin(*each);

  // It asks again, now and then.
  memory.refuse_commits = false;
  for (std::uint64_t i = 0; i < 5000; ++i) ASSERT_NE(cached(backed_cache::block(12, 2000 + i)), nullptr);
  EXPECT_GT(memory.committed_bytes(), committed);
}

// What a small block needs is a header only.
TEST_F(cache_without_more_memory, goes_on_with_the_headers_there_are) {
  ASSERT_NE(cached(backed_cache::block(3, 0)), nullptr);
  memory.refuse_commits = true;
  for (std::uint64_t i = 1; i < 3000; ++i) ASSERT_NE(cached(backed_cache::block(3, i)), nullptr) << i;
}

}  // namespace
}  // namespace liana::detail
