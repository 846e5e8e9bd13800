#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/backed_cache.hpp"

namespace liana::detail {
namespace {

using test::backed_cache;

/// Several threads that use one cache the way the protocol does, except that the home is a function: a block fetched
/// while its validity word is s consists of words that say the block and s. Words grow, so a read must give an s
/// between the words before and after it.
class concurrent_use {
 public:
  static constexpr unsigned blocks_each = 24;

  explicit concurrent_use(std::size_t bytes) : memory_(bytes) {}

  void run(unsigned threads, int steps) {
    std::vector<std::thread> running;
    for (unsigned seed = 1; seed <= threads; ++seed) {
      running.emplace_back([this, seed, steps] { user(*this, seed).run(steps); });
    }
    for (std::thread& each : running) {
      each.join();
    }
  }

  /// Whatever was pinned, claimed or orphaned is free again.
  void check_nothing_left() {
    EXPECT_EQ(memory_->measure().pinned, 0U);
    for (const unsigned log2 : sizes) {
      for (unsigned number = 0; number < blocks_each; ++number) {
        const auto taken = memory_->claim(backed_cache::block(log2, number));
        ASSERT_EQ(taken.result, cache::claim_result::claimed);
        memory_->abandon(*taken.copy);
      }
    }
    EXPECT_EQ(memory_->measure().bytes, 0U);
    EXPECT_EQ(memory_->measure().replicas, 0U);
  }

  [[nodiscard]] std::uint64_t evictions() { return memory_->measure().evictions; }

  std::atomic<std::uint64_t> hits{0};
  std::atomic<std::uint64_t> pins{0};
  std::atomic<std::uint64_t> kept{0};
  std::atomic<std::uint64_t> orphans{0};
  std::atomic<std::uint64_t> refused{0};

 private:
  static constexpr std::array<unsigned, 6> sizes{3, 4, 6, 10, 12, 14};

  /// What one thread does.
  class user {
   public:
    user(concurrent_use& shared, unsigned seed) : shared_(shared), memory_(shared.memory_), random_(seed) {}

    void run(int steps) {
      for (int step = 0; step < steps; ++step) {
        const address block = backed_cache::block(sizes[below(sizes.size())], below(blocks_each));
        switch (below(16)) {
          case 0:
            memory_.word_of(block).fetch_add(1);
            break;
          case 1:
            pin_stale(block);
            break;
          case 2:
          case 3:
          case 4:
            pin_valid(block);
            break;
          default:
            read(block);
        }
        if (pinned_.size() > 3 || (!pinned_.empty() && below(2) == 0)) {
          unpin_one();
        }
      }
      while (!pinned_.empty()) {
        unpin_one();
      }
    }

   private:
    struct pinned {
      replica* copy;
      address block;
      std::uint64_t content;
    };

    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }

    static std::uint64_t content(address block, std::uint64_t stamp) {
      return (std::uint64_t{block.block_log2()} << 56U) | (block.offset() >> block.block_log2() << 48U) | stamp;
    }
    static std::uint64_t stamp_in(address block, std::uint64_t content_of_block) {
      return content_of_block ^ content(block, 0);
    }
    /// What the words of the block are, or nothing where they differ.
    static std::optional<std::uint64_t> content_of(const std::byte* data, std::size_t bytes) {
      std::uint64_t first = 0;
      std::memcpy(&first, data, sizeof first);
      for (std::size_t i = 0; i < bytes; i += sizeof first) {
        std::uint64_t word = 0;
        std::memcpy(&word, data + i, sizeof word);
        if (word != first) {
          return std::nullopt;
        }
      }
      return first;
    }

    void read(address block) {
      std::vector<std::byte> out(block.block_bytes());
      const std::uint64_t earliest = memory_.word_of(block).load();
      if (!try_hit(memory_.hot, block, out.data(), out.size())) {
        fetch(block);
        return;
      }
      const std::uint64_t latest = memory_.word_of(block).load();
      check(block, content_of(out.data(), out.size()), earliest, latest);
      ++shared_.hits;
    }

    void pin_valid(address block) {
      const std::uint64_t earliest = memory_.word_of(block).load();
      const replica_hit hit = find_valid_replica(memory_.hot, block);
      if (hit.copy == nullptr || !memory_.pin(*hit.copy, hit.sequence)) {
        fetch(block);
        return;
      }
      keep(*hit.copy, block, earliest);
    }

    void pin_stale(address block) {
      replica* const copy = memory_.find_and_pin(block);
      if (copy != nullptr) {
        keep(*copy, block, 0);
      }
    }

    /// A pinned replica is the right block's, whole, and stays as it is.
    void keep(replica& copy, address block, std::uint64_t earliest) {
      const auto found = content_of(copy.data.load(std::memory_order_relaxed), block.block_bytes());
      check(block, found, earliest, memory_.word_of(block).load());
      pinned_.push_back({&copy, block, found.value_or(0)});
      ++shared_.pins;
    }

    void unpin_one() {
      std::swap(pinned_[below(pinned_.size())], pinned_.back());
      const pinned mine = pinned_.back();
      pinned_.pop_back();
      EXPECT_EQ(mine.copy->block.load(), mine.block.bits());
      EXPECT_EQ(content_of(mine.copy->data.load(std::memory_order_relaxed), mine.block.block_bytes()), mine.content);
      memory_->unpin(*mine.copy);
    }

    void fetch(address block) {
      const bool there = find_valid_replica(memory_.hot, block).copy != nullptr;
      const auto taken = memory_->claim(block);
      if (taken.result == cache::claim_result::no_memory) {
        ++shared_.refused;
        return;
      }
      if (taken.result == cache::claim_result::busy) {
        std::this_thread::yield();
        return;
      }
      shared_.kept += taken.kept ? 1U : 0U;
      shared_.orphans += !taken.kept && there ? 1U : 0U;
      replica& copy = *taken.copy;
      if (taken.kept && below(4) == 0) {
        const auto found = content_of(copy.data.load(std::memory_order_relaxed), block.block_bytes());
        check(block, found, 0, memory_.word_of(block).load());
      }
      const std::uint64_t stamp = memory_.word_of(block).load();
      const std::uint64_t word = content(block, stamp);
      for (std::size_t i = 0; i < block.block_bytes(); i += sizeof word) {
        std::memcpy(copy.data.load(std::memory_order_relaxed) + i, &word, sizeof word);
      }
      copy.stamp.store(stamp, std::memory_order_relaxed);
      if (below(16) == 0) {
        memory_->abandon(copy);
        return;
      }
      const bool pin = below(3) == 0;
      memory_->publish(copy, pin);
      if (pin) {
        pinned_.push_back({&copy, block, word});
      }
    }

    static void check(address block, std::optional<std::uint64_t> found, std::uint64_t earliest, std::uint64_t latest) {
      if (!found) {
        ADD_FAILURE() << "the words of a block of " << block.block_bytes() << " bytes differ";
        return;
      }
      const std::uint64_t stamp = stamp_in(block, *found);
      EXPECT_GE(stamp, earliest) << "block " << block.bits();
      EXPECT_LE(stamp, latest) << "block " << block.bits();
    }

    concurrent_use& shared_;
    backed_cache& memory_;
    std::mt19937 random_;
    std::vector<pinned> pinned_;
  };

  backed_cache memory_;
};

TEST(cache_threads, read_whole_current_blocks_and_immutable_pins_while_others_evict) {
  concurrent_use use(std::size_t{160} << 10);
  use.run(4, 20000);
  EXPECT_GT(use.hits.load(), 1000U);
  EXPECT_GT(use.pins.load(), 1000U);
  EXPECT_GT(use.kept.load(), 1000U);
  EXPECT_GT(use.evictions(), 1000U);
  use.check_nothing_left();
}

TEST(cache_threads, leave_nothing_behind_in_a_cache_that_is_nearly_all_pinned) {
  concurrent_use use(std::size_t{64} << 10);
  use.run(4, 10000);
  EXPECT_GT(use.refused.load(), 0U);
  EXPECT_GT(use.evictions(), 1000U);
  use.check_nothing_left();
}

/// With room for all there are no evictions, and orphans are many.
TEST(cache_threads, free_every_orphan_once) {
  concurrent_use use(std::size_t{8} << 20);
  use.run(4, 20000);
  EXPECT_EQ(use.evictions(), 0U);
  EXPECT_EQ(use.refused.load(), 0U);
  EXPECT_GT(use.hits.load(), 1000U);
  use.check_nothing_left();
}

}  // namespace
}  // namespace liana::detail
