#include "runtime/cache/cache.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/backed_cache.hpp"

namespace liana::detail {
namespace {

using test::backed_cache;

/// 1 MiB: 2,048 headers and 224 pages.
class cache_states : public test::cache_fixture {
 protected:
  cache_states() : cache_fixture(std::size_t{1} << 20) {}
  address block = backed_cache::block(9, 5);
};

TEST_F(cache_states, claimed_is_found_by_nobody) {
  const auto claim = memory->claim(block);
  ASSERT_EQ(claim.result, claim_result::claimed);
  EXPECT_FALSE(claim.kept);
  EXPECT_EQ(claim.copy->block.load(), block.bits());
  EXPECT_TRUE(memory.holds(claim.copy->data.load(), block.block_bytes()));
  EXPECT_FALSE(is_valid(block));
  EXPECT_EQ(memory.find_and_pin(block), nullptr);
  EXPECT_EQ(memory->claim(block).result, claim_result::busy);
  EXPECT_EQ(memory->measure().replicas, 1U);
}

TEST_F(cache_states, published_is_hit_while_the_stamp_is_the_validity_word) {
  memory.word_of(block) = 77;
  replica* const copy = cached(block, 42);
  ASSERT_NE(copy, nullptr);
  const replica_hit found = find_valid_replica(memory.hot, block);
  EXPECT_EQ(found.copy, copy);
  EXPECT_EQ(found.sequence % 2, 0U);
  std::uint8_t out = 0;
  EXPECT_TRUE(try_hit(memory.hot, block.advanced(511), &out, 1));
  EXPECT_EQ(out, 42);

  memory.word_of(block) = 78;
  EXPECT_FALSE(is_valid(block));
  EXPECT_FALSE(try_hit(memory.hot, block, &out, 1));
  EXPECT_EQ(memory.find_and_pin(block), copy) << "valid or not";
  memory->unpin(*copy);
}

TEST_F(cache_states, publishes_with_a_pin) {
  replica* const copy = cached(block, 1, true);
  EXPECT_EQ(memory->measure().pinned, 1U);
  EXPECT_EQ(copy->pins.load(), 1U);
  memory->unpin(*copy);
  EXPECT_EQ(memory->measure().pinned, 0U);
  EXPECT_TRUE(is_valid(block));
}

TEST_F(cache_states, publishing_with_a_pin_keeps_that_of_a_thread_about_to_fail) {
  replica* const copy = fill(block, 1);
  copy->pins.fetch_add(1);  // the first half of pin(), by a thread that found what was here before
  memory->publish(*copy, true);
  memory->unpin(*copy);  // the second half
  EXPECT_EQ(copy->pins.load(), 1U);
  memory->unpin(*copy);
  EXPECT_EQ(copy->pins.load(), 0U);
}

TEST_F(cache_states, unpinned_is_claimed_again_with_its_data) {
  replica* const copy = cached(block, 42);
  copy->version = 9;
  const std::uint64_t before = copy->sequence.load();
  const auto claim = memory->claim(block);
  ASSERT_EQ(claim.result, claim_result::claimed);
  EXPECT_TRUE(claim.kept);
  EXPECT_EQ(claim.copy, copy);
  EXPECT_TRUE(contains_only(*copy, 42));
  EXPECT_EQ(copy->version.load(), 9U);
  EXPECT_FALSE(is_valid(block));
  memory->publish(*copy, false);
  EXPECT_GT(copy->sequence.load(), before);
  EXPECT_EQ(copy->sequence.load() % 2, 0U);
  EXPECT_EQ(memory->measure().replicas, 1U);
}

TEST_F(cache_states, pinned_becomes_an_orphan_that_keeps_its_data) {
  replica* const old = cached(block, 42, true);
  const std::uint64_t sequence = old->sequence.load();
  replica* const fresh = cached(block, 43);
  ASSERT_NE(fresh, nullptr);
  EXPECT_NE(fresh, old);
  EXPECT_TRUE(old->orphan.load());
  EXPECT_EQ(old->sequence.load(), sequence);
  EXPECT_TRUE(contains_only(*old, 42));
  EXPECT_EQ(find_valid_replica(memory.hot, block).copy, fresh);
  EXPECT_EQ(memory->measure().replicas, 1U);

  // A reader that found it before it became an orphan may still pin it.
  EXPECT_TRUE(memory.pin(*old, sequence));
  memory->unpin(*old);
  EXPECT_TRUE(old->orphan.load());
  const std::size_t bytes = memory->measure().bytes;
  memory->unpin(*old);
  EXPECT_FALSE(old->orphan.load());
  EXPECT_EQ(memory->measure().bytes, bytes - sizeof(replica));
  EXPECT_FALSE(memory.pin(*old, sequence)) << "it is free";
  EXPECT_EQ(memory->measure().pinned, 0U);
  EXPECT_TRUE(is_valid(block));
}

TEST_F(cache_states, abandoned_is_gone) {
  replica* const copy = cached(block);
  ASSERT_TRUE(memory->claim(block).kept);
  memory->abandon(*copy);
  EXPECT_FALSE(is_valid(block));
  EXPECT_EQ(memory.find_and_pin(block), nullptr);
  EXPECT_EQ(memory->measure().replicas, 0U);
  EXPECT_EQ(memory->measure().bytes, 0U);
  EXPECT_FALSE(memory->claim(block).kept);
}

TEST_F(cache_states, pin_fails_when_the_replica_was_reused) {
  replica* const copy = cached(block);
  const std::uint64_t sequence = copy->sequence.load();
  const auto claim = memory->claim(block);
  ASSERT_EQ(claim.copy, copy);
  EXPECT_FALSE(memory.pin(*copy, sequence));
  EXPECT_EQ(copy->pins.load(), 0U);
  memory->publish(*copy, false);
  EXPECT_FALSE(memory.pin(*copy, sequence));
  EXPECT_TRUE(memory.pin(*copy, copy->sequence.load()));
  EXPECT_EQ(copy->pins.load(), 1U);
  memory->unpin(*copy);
}

TEST_F(cache_states, sequence_only_grows_from_owner_to_owner) {
  replica* const first = cached(block);
  std::uint64_t before = first->sequence.load();
  for (std::uint64_t i = 0; i < 100; ++i) {
    ASSERT_EQ(memory->claim(backed_cache::block(9, 5 + i)).copy, first);
    memory->abandon(*first);
    ASSERT_EQ(cached(backed_cache::block(9, 6 + i)), first) << "the header given back last is taken first";
    ASSERT_GT(first->sequence.load(), before);
    before = first->sequence.load();
  }
}

TEST_F(cache_states, holds_blocks_of_every_size_at_aligned_places) {
  const auto content = [](unsigned log2, std::uint64_t number) {
    return static_cast<std::uint8_t>(std::uint64_t{log2} * 10 + number);
  };
  std::vector<replica*> copies;
  for (unsigned log2 = minimum_block_log2; log2 <= 16; ++log2) {
    for (std::uint64_t i = 0; i < 3; ++i) {
      const address each = backed_cache::block(log2, i);
      replica* const copy = cached(each, content(log2, i));
      ASSERT_NE(copy, nullptr) << each.block_bytes() << " bytes";
      const auto data = reinterpret_cast<std::uintptr_t>(copy->data.load());
      EXPECT_TRUE(memory.holds(copy->data.load(), each.block_bytes()));
      EXPECT_EQ(data % std::min(each.block_bytes(), log2 == 4 ? std::size_t{16} : page_bytes), 0U);
      EXPECT_EQ(copy->data.load() == copy->small, log2 <= 4);
      copies.push_back(copy);
    }
  }
  for (unsigned log2 = minimum_block_log2; log2 <= 16; ++log2) {
    for (std::uint64_t i = 0; i < 3; ++i) {
      EXPECT_TRUE(contains_only(*copies[std::size_t{log2 - minimum_block_log2} * 3 + i], content(log2, i)));
      EXPECT_TRUE(hit(backed_cache::block(log2, i)));
    }
  }
  EXPECT_EQ(memory->measure().evictions, 0U);
}

TEST_F(cache_states, tells_the_blocks_of_all_homes_and_sizes_apart) {
  const address other_home = address::make(2, 9, 30, block.offset());
  const address other_size = address::make(1, 8, 30, block.offset());
  cached(block, 1);
  EXPECT_FALSE(is_valid(other_home));
  EXPECT_FALSE(is_valid(other_size));
  EXPECT_FALSE(cached(other_home, 2) == cached(other_size, 3));
  EXPECT_TRUE(contains_only(*find_valid_replica(memory.hot, block).copy, 1));
}

// ---- hints ----

TEST_F(cache_states, blocks_that_share_a_hint_are_both_found) {
  const address other = backed_cache::block(9, 5 + memory.hot.hint_mask + 1);
  ASSERT_EQ(spread(other) & memory.hot.hint_mask, spread(block) & memory.hot.hint_mask);
  replica* const first = cached(block, 1);
  replica* const second = cached(other, 2);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(find_valid_replica(memory.hot, block.advanced(511)).copy, first);
    EXPECT_EQ(find_valid_replica(memory.hot, other.advanced(511)).copy, second);
    EXPECT_EQ(find_valid_replica(memory.hot, other).copy, second) << "by the hint that the last search has left";
  }
}

TEST_F(cache_states, a_hint_out_of_date_is_not_taken_for_the_replica_of_another_block) {
  replica* const copy = fill(block, 1);
  memory->abandon(*copy);
  ASSERT_NE(memory.hot.hints[spread(block) & memory.hot.hint_mask].load(), 0U);
  EXPECT_EQ(find_valid_replica(memory.hot, block).copy, nullptr) << "of a free header";

  const address next = backed_cache::block(9, 6);
  ASSERT_EQ(cached(next, 2), copy) << "the header is used again";
  EXPECT_EQ(find_valid_replica(memory.hot, block).copy, nullptr);
  std::uint16_t out = 0;
  EXPECT_FALSE(try_hit(memory.hot, block.advanced(511), &out, 1));
  EXPECT_FALSE(try_hit(memory.hot, block.advanced(511), &out, 2)) << "its last byte lies in the replica's block";
  EXPECT_TRUE(try_hit(memory.hot, next, &out, 2));
}

TEST_F(cache_states, bytes_over_the_end_of_the_block_are_no_hit) {
  cached(block, 1);
  std::uint64_t out = 0;
  EXPECT_TRUE(try_hit(memory.hot, block.advanced(504), &out, 8));
  EXPECT_FALSE(try_hit(memory.hot, block.advanced(505), &out, 8));
  EXPECT_EQ(pin_valid_replica(memory.hot, block.advanced(505), 8).copy, nullptr);
  EXPECT_EQ(memory->measure().pinned, 0U);
}

// ---- full buckets ----

/// Enough blocks of one pair of buckets to fill both and `more`.
std::vector<address> of_one_place(std::uint64_t bucket_mask, std::size_t more) {
  const auto wanted = replica_place::of(backed_cache::block(3, 0), bucket_mask);
  std::vector<address> found;
  for (std::uint64_t i = 0; found.size() < 2 * replica_place::ways + more; ++i) {
    const auto place = replica_place::of(backed_cache::block(3, i), bucket_mask);
    if ((place.first == wanted.first && place.second == wanted.second) ||
        (place.first == wanted.second && place.second == wanted.first)) {
      found.push_back(backed_cache::block(3, i));
    }
  }
  return found;
}

TEST_F(cache_states, evicts_where_both_buckets_are_full) {
  const auto blocks = of_one_place(memory.hot.bucket_mask, 1);
  for (std::size_t i = 0; i + 1 < blocks.size(); ++i) {
    ASSERT_NE(cached(blocks[i]), nullptr);
  }
  for (std::size_t i = 0; i + 1 < blocks.size(); ++i) {
    EXPECT_EQ(hit(blocks[i]), true);
    find_valid_replica(memory.hot, blocks[i]).copy->referenced = i != 11;
  }
  ASSERT_NE(cached(blocks.back()), nullptr);
  EXPECT_TRUE(is_valid(blocks.back()));
  EXPECT_FALSE(is_valid(blocks[11])) << "the only one that was not used";
  EXPECT_EQ(memory->measure().evictions, 1U);
  EXPECT_EQ(memory->measure().replicas, 16U);
}

TEST_F(cache_states, leaves_a_pinned_replica_to_its_pins_where_both_buckets_are_full) {
  const auto blocks = of_one_place(memory.hot.bucket_mask, 1);
  std::vector<replica*> pinned;
  for (std::size_t i = 0; i + 2 < blocks.size(); ++i) {
    pinned.push_back(cached(blocks[i], static_cast<std::uint8_t>(i), true));
  }
  replica* const claimed = fill(blocks[blocks.size() - 2], 99);
  ASSERT_NE(cached(blocks.back()), nullptr);
  EXPECT_EQ(memory->measure().evictions, 0U);
  std::size_t orphans = 0;
  for (std::size_t i = 0; i < pinned.size(); ++i) {
    EXPECT_TRUE(contains_only(*pinned[i], static_cast<std::uint8_t>(i)));
    const bool is_orphan = pinned[i]->orphan.load();
    EXPECT_TRUE(is_orphan || is_valid(blocks[i])) << "an orphan may be found by its hint";
    orphans += is_orphan ? 1U : 0U;
    memory->unpin(*pinned[i]);
    EXPECT_NE(is_valid(blocks[i]), is_orphan);
  }
  EXPECT_EQ(orphans, 1U);
  memory->publish(*claimed, false);
  EXPECT_TRUE(is_valid(blocks[blocks.size() - 2]));
  EXPECT_EQ(memory->measure().bytes, 16 * sizeof(replica));
}

TEST_F(cache_states, has_no_room_where_both_buckets_are_full_of_claims) {
  const auto blocks = of_one_place(memory.hot.bucket_mask, 1);
  std::vector<replica*> claimed;
  for (std::size_t i = 0; i + 1 < blocks.size(); ++i) {
    claimed.push_back(fill(blocks[i], 1));
  }
  EXPECT_EQ(memory->claim(blocks.back()).result, claim_result::no_memory);
  EXPECT_EQ(memory->measure().bytes, 16 * sizeof(replica));
  memory->abandon(*claimed[3]);
  EXPECT_EQ(memory->claim(blocks.back()).result, claim_result::claimed);
}

// ---- committing ----

TEST_F(cache_states, commits_little_at_first_and_never_in_small_steps) {
  EXPECT_EQ(memory.committed_bytes(), 0U);
  cached(backed_cache::block(3, 0));
  EXPECT_EQ(memory.commits, (std::vector<std::size_t>{65536}));
  cached(backed_cache::block(12, 0));
  EXPECT_EQ(memory.commits, (std::vector<std::size_t>{65536, 65536}));
  for (std::uint64_t i = 1; i < 16; ++i) {
    cached(backed_cache::block(12, i));
  }
  EXPECT_EQ(memory.commits.size(), 2U);
  cached(backed_cache::block(17, 0));
  EXPECT_EQ(memory.commits, (std::vector<std::size_t>{65536, 65536, 131072}));
}

TEST_F(cache_states, is_unchanged_when_memory_cannot_be_had) {
  memory.refuse_commits = true;
  EXPECT_THROW(memory->claim(backed_cache::block(3, 0)), std::runtime_error);
  EXPECT_EQ(memory->measure().bytes, 0U);
  memory.refuse_commits = false;
  cached(backed_cache::block(3, 0), 5);

  memory.refuse_commits = true;
  for (const unsigned log2 : {5U, 11U, 12U, 16U}) {
    EXPECT_THROW(memory->claim(backed_cache::block(log2, 1)), std::runtime_error) << "log2 " << log2;
    EXPECT_EQ(memory->measure().bytes, sizeof(replica));
    EXPECT_EQ(memory->measure().replicas, 1U);
  }
  memory.refuse_commits = false;
  for (const unsigned log2 : {5U, 11U, 12U, 16U}) {
    EXPECT_NE(cached(backed_cache::block(log2, 1)), nullptr);
  }
  EXPECT_TRUE(hit(backed_cache::block(3, 0)));
}

TEST(cache, takes_whole_pages_two_at_least) {
  const auto make = [](std::size_t bytes) {
    std::vector<std::byte> memory(bytes);
    cache made(memory, [](std::byte*, std::size_t) {});
  };
  EXPECT_THROW(make(0), std::invalid_argument);
  EXPECT_THROW(make(page_bytes), std::invalid_argument);
  EXPECT_THROW(make(2 * page_bytes + 1), std::invalid_argument);
  EXPECT_NO_THROW(make(2 * page_bytes));
}

/// Bytes of this process that are in memory.
std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  statm >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST(cache, costs_nothing_while_it_is_empty) {
  constexpr std::size_t bytes = std::size_t{1} << 36;  // its table takes 2 GiB of address space
  void* const memory = ::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  const std::size_t before = resident_bytes();
  ASSERT_GT(before, 0U);
  {
    const cache large(std::span(static_cast<std::byte*>(memory), bytes), [](std::byte*, std::size_t) { FAIL(); });
    EXPECT_LT(resident_bytes(), before + (std::size_t{16} << 20));
    EXPECT_EQ(large.measure().bytes, 0U);
  }
  ::munmap(memory, bytes);
}

}  // namespace
}  // namespace liana::detail
