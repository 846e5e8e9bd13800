#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/backed_cache.hpp"

namespace liana::detail {
namespace {

using test::backed_cache;

/// Random use of a cache of blocks of all sizes, against a model of what it holds. What nobody claims or pins may be
/// evicted: then, and only then, the cache may differ.
class random_use {
 public:
  random_use(unsigned seed, std::size_t bytes, unsigned largest_log2, std::uint64_t blocks_each)
      : random_(seed), memory_(bytes), largest_log2_(largest_log2), blocks_each_(blocks_each) {}

  void step() {
    const std::size_t what = below(100);
    if (what < 45) {
      claim(any_block());
    } else if (what < 65) {
      publish();
    } else if (what < 70) {
      abandon();
    } else if (what < 80) {
      pin(any_block());
    } else if (what < 95) {
      unpin();
    } else {
      check_all();
    }
    // Never more than that many at once: what the cache holds beside is to be evictable.
    while (claimed_.size() > 6 && !testing::Test::HasFatalFailure()) {
      publish();
    }
    while (pinned_.size() > 12 && !testing::Test::HasFatalFailure()) {
      unpin();
    }
  }

  void finish() {
    check_all();
    while (!claimed_.empty() && !testing::Test::HasFatalFailure()) {
      publish();
    }
    while (!pinned_.empty() && !testing::Test::HasFatalFailure()) {
      unpin();
    }
    check_all();
    ASSERT_EQ(memory_->measure().pinned, 0U);
    for (const auto& [block, known] : model_) {
      const auto taken = memory_->claim(address(block));
      ASSERT_EQ(taken.copy, known.copy);
      ASSERT_TRUE(taken.kept);
      memory_->abandon(*taken.copy);
    }
    ASSERT_EQ(memory_->measure().replicas, 0U);
    ASSERT_EQ(memory_->measure().bytes, 0U);
  }

  [[nodiscard]] std::uint64_t evicted() const { return evicted_; }
  [[nodiscard]] std::uint64_t kept() const { return kept_; }
  [[nodiscard]] std::uint64_t orphans() const { return orphans_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  /// One that the cache must have, or may have evicted.
  struct entry {
    replica* copy = nullptr;
    bool claimed = false;
    unsigned pins = 0;
    std::uint64_t content = 0;
  };
  struct pin_of {
    replica* copy;
    std::uint64_t block;
    std::uint64_t content;
  };

  std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }

  /// Small blocks are as much of the memory as large ones.
  address any_block() {
    const auto log2 = static_cast<unsigned>(minimum_block_log2 + below(largest_log2_ - minimum_block_log2 + 1));
    return backed_cache::block(log2, below(std::max<std::uint64_t>(2, blocks_each_ >> (log2 / 2))));
  }

  static void fill(const replica& copy, std::uint64_t content) {
    const std::size_t bytes = address(copy.block.load()).block_bytes();
    for (std::size_t i = 0; i < bytes; i += sizeof content) {
      const std::uint64_t word = content + i;
      std::memcpy(copy.data.load() + i, &word, sizeof word);
    }
  }
  static bool contains(const std::byte* data, std::size_t bytes, std::uint64_t content) {
    for (std::size_t i = 0; i < bytes; i += sizeof content) {
      std::uint64_t word = 0;
      std::memcpy(&word, data + i, sizeof word);
      if (word != content + i) {
        return false;
      }
    }
    return true;
  }
  static bool overlap(const replica& a, const replica& b) {
    const std::byte* const first = a.data.load();
    const std::byte* const second = b.data.load();
    return first < second + address(b.block.load()).block_bytes() &&
           second < first + address(a.block.load()).block_bytes();
  }

  void claim(address block) {
    const auto before = model_.find(block.bits());
    const auto taken = memory_->claim(block);
    if (before != model_.end() && before->second.claimed) {
      ASSERT_EQ(taken.result, cache::claim_result::busy);
      return;
    }
    if (taken.result == cache::claim_result::no_memory) {
      ++refused_;
      return;
    }
    ASSERT_EQ(taken.result, cache::claim_result::claimed);
    if (before != model_.end() && before->second.pins == 0) {
      if (taken.kept) {
        ASSERT_EQ(taken.copy, before->second.copy);
        ASSERT_TRUE(contains(taken.copy->data.load(), block.block_bytes(), before->second.content));
        ++kept_;
      } else {
        ++evicted_;
      }
    } else {
      ASSERT_FALSE(taken.kept);
      orphans_ += before != model_.end() ? 1U : 0U;
    }
    model_[block.bits()] = {.copy = taken.copy, .claimed = true, .pins = 0, .content = 0};
    claimed_.push_back(block.bits());
    check_alone(*taken.copy);
    fill(*taken.copy, ++contents_ << 32U);
    model_[block.bits()].content = contents_ << 32U;
    taken.copy->stamp.store(memory_.word_of(block).load());
  }

  /// Nothing that must still be there shares memory with a replica that was claimed just now.
  void check_alone(const replica& fresh) {
    ASSERT_TRUE(fresh.data.load() == fresh.small ||
                memory_.holds(fresh.data.load(), address(fresh.block.load()).block_bytes()));
    for (const pin_of& each : pinned_) {
      ASSERT_FALSE(overlap(*each.copy, fresh)) << "a pinned one";
    }
    for (const std::uint64_t each : claimed_) {
      const entry& other = model_[each];
      ASSERT_TRUE(other.copy == &fresh || !overlap(*other.copy, fresh)) << "a claimed one";
    }
  }

  void publish() {
    if (claimed_.empty()) {
      return;
    }
    const std::uint64_t block = take_any(claimed_);
    entry& mine = model_[block];
    ASSERT_TRUE(contains(mine.copy->data.load(), address(block).block_bytes(), mine.content));
    const bool pinned = below(3) == 0;
    memory_->publish(*mine.copy, pinned);
    mine.claimed = false;
    if (pinned) {
      mine.pins = 1;
      pinned_.push_back({mine.copy, block, mine.content});
    }
  }

  void abandon() {
    if (claimed_.empty()) {
      return;
    }
    const std::uint64_t block = take_any(claimed_);
    memory_->abandon(*model_[block].copy);
    model_.erase(block);
    ASSERT_EQ(memory_.find_and_pin(address(block)), nullptr);
  }

  void pin(address block) {
    const auto known = model_.find(block.bits());
    const replica_hit hit = find_valid_replica(memory_.hot, block);
    const bool lockless = hit.copy != nullptr && below(2) == 0;
    replica* const copy = lockless ? hit.copy : memory_.find_and_pin(block);
    if (known == model_.end() || known->second.claimed) {
      ASSERT_EQ(copy, nullptr);
      ASSERT_EQ(hit.copy, nullptr);
      return;
    }
    ASSERT_EQ(copy, hit.copy) << "all are valid";
    if (copy == nullptr) {
      check_evicted(known->second);
      model_.erase(known);
      return;
    }
    ASSERT_EQ(copy, known->second.copy);
    ASSERT_TRUE(!lockless || memory_.pin(*copy, hit.sequence));
    ++known->second.pins;
    pinned_.push_back({copy, block.bits(), known->second.content});
  }

  void unpin() {
    if (pinned_.empty()) {
      return;
    }
    const pin_of mine = take_any(pinned_);
    ASSERT_EQ(mine.copy->block.load(), mine.block);
    ASSERT_TRUE(contains(mine.copy->data.load(), address(mine.block).block_bytes(), mine.content));
    const auto known = model_.find(mine.block);
    if (known != model_.end() && known->second.copy == mine.copy) {
      --known->second.pins;
    }
    memory_->unpin(*mine.copy);
  }

  void check_evicted(const entry& gone) {
    ASSERT_EQ(gone.pins, 0U);
    ASSERT_FALSE(gone.claimed);
    ++evicted_;
  }

  /// Everything in the model is in the cache, intact, or was evicted; and nothing else is in it.
  void check_all() {
    for (auto each = model_.begin(); each != model_.end();) {
      const address block(each->first);
      std::vector<std::byte> data(block.block_bytes());
      if (each->second.claimed) {
        ASSERT_FALSE(try_hit(memory_.hot, block, data.data(), data.size()));
      } else if (try_hit(memory_.hot, block, data.data(), data.size())) {
        ASSERT_TRUE(contains(data.data(), data.size(), each->second.content));
        each->second.copy->referenced = below(4) == 0;
      } else {
        ASSERT_NO_FATAL_FAILURE(check_evicted(each->second));
        each = model_.erase(each);
        continue;
      }
      ++each;
    }
    const cache::usage usage = memory_->measure();
    ASSERT_EQ(usage.replicas, model_.size());
    ASSERT_EQ(usage.evictions, evicted_);
  }

  template <class T>
  T take_any(std::vector<T>& from) {
    std::swap(from[below(from.size())], from.back());
    const T taken = from.back();
    from.pop_back();
    return taken;
  }

  std::mt19937 random_;
  backed_cache memory_;
  unsigned largest_log2_;
  std::uint64_t blocks_each_;
  std::map<std::uint64_t, entry> model_;  // by block; what may have been evicted too
  std::vector<std::uint64_t> claimed_;
  std::vector<pin_of> pinned_;
  std::uint64_t contents_ = 0;
  std::uint64_t evicted_ = 0;
  std::uint64_t kept_ = 0;
  std::uint64_t orphans_ = 0;
  std::uint64_t refused_ = 0;
};

class cache_random : public testing::TestWithParam<unsigned> {};

TEST_P(cache_random, holds_what_the_model_says_or_has_evicted_it) {
  SCOPED_TRACE(testing::Message() << "seed " << GetParam());
  random_use use(GetParam(), std::size_t{4} << 20, 20, 4000);
  for (int step = 0; step < 6000; ++step) {
    ASSERT_NO_FATAL_FAILURE(use.step()) << "step " << step;
  }
  ASSERT_NO_FATAL_FAILURE(use.finish());
  EXPECT_GT(use.evicted(), 100U);
  EXPECT_GT(use.kept(), 50U);
  EXPECT_GT(use.orphans(), 10U);
}

TEST_P(cache_random, holds_in_the_smallest_cache) {
  SCOPED_TRACE(testing::Message() << "seed " << GetParam());
  random_use use(GetParam(), std::size_t{64} << 10, 14, 300);
  for (int step = 0; step < 10000; ++step) {
    ASSERT_NO_FATAL_FAILURE(use.step()) << "step " << step;
  }
  ASSERT_NO_FATAL_FAILURE(use.finish());
  EXPECT_GT(use.evicted(), 500U);
  EXPECT_GT(use.refused(), 0U) << "there was always room";
  EXPECT_GT(use.orphans(), 10U);
}

TEST_P(cache_random, holds_where_headers_run_out) {
  SCOPED_TRACE(testing::Message() << "seed " << GetParam());
  random_use use(GetParam(), std::size_t{64} << 10, 6, 1000);
  for (int step = 0; step < 10000; ++step) {
    ASSERT_NO_FATAL_FAILURE(use.step()) << "step " << step;
  }
  ASSERT_NO_FATAL_FAILURE(use.finish());
  EXPECT_GT(use.evicted(), 500U);
}

INSTANTIATE_TEST_SUITE_P(seeds, cache_random, testing::Range(1U, 7U));

}  // namespace
}  // namespace liana::detail
