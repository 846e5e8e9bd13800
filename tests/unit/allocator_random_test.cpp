#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "allocator/segment_allocator.hpp"
#include "tests/unit/backed_pool.hpp"

namespace liana::allocator {
namespace {

using detail::address;
using detail::entry_bytes;
using detail::page_bytes;
using test::backed_pool;

/// Who owns each 8 bytes of the pool and of the directory below it: data and entries of all live allocations.
class ownership {
 public:
  explicit ownership(std::size_t pool_bytes)
      : below_(static_cast<std::int64_t>(detail::directory_bytes(pool_bytes))),
        end_(static_cast<std::int64_t>(pool_bytes)),
        owners_((static_cast<std::size_t>(below_) + pool_bytes) / cell) {}

  /// Each of the bytes has to belong to `from` and belongs to `to` afterwards. 0 is nobody.
  [[nodiscard]] testing::AssertionResult pass(std::int64_t offset, std::size_t bytes, unsigned from, unsigned to) {
    if (offset < -below_ || offset + static_cast<std::int64_t>(bytes) > end_) {
      return testing::AssertionFailure() << bytes << " bytes at " << offset << " are outside";
    }
    const auto first = static_cast<std::size_t>(offset + below_) / cell;
    for (std::size_t i = first; i < first + bytes / cell; ++i) {
      if (owners_[i] != from) {
        return testing::AssertionFailure()
               << bytes << " bytes at " << offset << " belong to " << owners_[i] << ", not " << from;
      }
      owners_[i] = to;
    }
    return testing::AssertionSuccess();
  }

  [[nodiscard]] bool nobody_owns_anything() const {
    return std::ranges::all_of(owners_, [](unsigned owner) { return owner == 0; });
  }

 private:
  static constexpr std::size_t cell = 8;
  std::int64_t below_;
  std::int64_t end_;
  std::vector<unsigned> owners_;
};

/// Random allocations and frees against `ownership` and against the contents of the memory.
class random_run {
 public:
  random_run(unsigned seed, std::size_t pool_bytes)
      : random_(seed),
        memory_(pool_bytes),
        pool_(pool_bytes, memory_),
        owners_(pool_bytes),
        ever_used_(pool_bytes / page_bytes) {}

  void allocate() {
    const auto block_log2 = static_cast<unsigned>(3 + below(13));
    const std::size_t blocks = below(3) != 0 ? 1 : 1 + below(1 + (std::size_t{1} << 15 >> block_log2));
    allocation made;
    try {
      made = pool_.allocate(block_log2, blocks);
    } catch (const exhausted& error) {
      ++exhaustions_;
      check_exhaustion(error, block_log2, blocks);
      return;
    }
    ASSERT_EQ(made.block_log2, block_log2);
    ASSERT_EQ(made.blocks, blocks);
    ASSERT_EQ(made.offset % (std::size_t{1} << block_log2), 0U);
    live_.push_back({made, ++last_id_});
    change_owner(live_.back(), 0, last_id_);
    check_contents(made);
    std::ranges::fill(memory_.data(made.offset, made.bytes()), static_cast<std::uint8_t>(last_id_ % 100 + 1));
    ASSERT_EQ(pool_.usage().live_allocations, live_.size());
  }

  void free() {
    const std::size_t index = below(live_.size());
    const owned victim = live_[index];
    ASSERT_TRUE(
        memory_.holds_only(victim.made.offset, victim.made.bytes(), static_cast<std::uint8_t>(victim.id % 100 + 1)))
        << "somebody else wrote there";
    const std::optional<allocation> found = pool_.find(victim.made.offset, victim.made.block_log2);
    ASSERT_TRUE(found);
    ASSERT_EQ(found->blocks, victim.made.blocks);
    ASSERT_EQ(found->extent_log2, victim.made.extent_log2);
    change_owner(victim, victim.id, 0);
    pool_.free(*found);
    ASSERT_FALSE(pool_.find(victim.made.offset, victim.made.block_log2));
    live_[index] = live_.back();
    live_.pop_back();
  }

  /// Frees all and finds the pool as it was, less one kept slab for each size.
  void finish() {
    while (!live_.empty()) {
      free();
      ASSERT_FALSE(testing::Test::HasFatalFailure());
    }
    EXPECT_TRUE(owners_.nobody_owns_anything());
    const usage_t usage = pool_.usage();
    EXPECT_EQ(usage.live_allocations, 0U);
    std::size_t kept = 0;
    for (unsigned log2 = 3; log2 <= 11; ++log2) {
      const std::size_t blocks = slab::full_blocks(log2);
      kept += blocks * entry_bytes + (blocks << log2);
    }
    EXPECT_LE(usage.used_bytes, kept);
    EXPECT_NO_THROW(pool_.allocate(12, usage.total_bytes / page_bytes));
    EXPECT_EQ(pool_.usage().used_bytes, usage.total_bytes);
  }

  [[nodiscard]] bool anything_live() const { return !live_.empty(); }
  [[nodiscard]] std::size_t exhaustions() const { return exhaustions_; }
  [[nodiscard]] std::size_t reuses() const { return reuses_; }
  std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }

 private:
  struct owned {
    allocation made;
    unsigned id;
  };

  void change_owner(const owned& whose, unsigned from, unsigned to) {
    const allocation& made = whose.made;
    ASSERT_TRUE(owners_.pass(static_cast<std::int64_t>(made.offset), made.bytes(), from, to));
    for (std::size_t i = 0; i < made.blocks; ++i) {
      const address block = address::make(7, made.block_log2, made.extent_log2, made.offset + (i << made.block_log2));
      ASSERT_EQ(block.block(), block);
      ASSERT_TRUE(owners_.pass(block.entry_offset(), entry_bytes, from, to));
      if (to != 0 && made.block_log2 < detail::page_log2) {
        ASSERT_TRUE(
            memory_.holds_only(static_cast<std::uint64_t>(block.entry_offset()), entry_bytes, backed_pool::prepared));
      }
    }
  }

  void check_contents(const allocation& made) {
    ASSERT_TRUE(memory_.is_committed(made.offset, made.bytes()));
    if (made.zeroed) {
      ASSERT_TRUE(memory_.holds_only(made.offset, made.bytes(), 0));
    }
    const std::size_t first = made.offset / page_bytes;
    const std::size_t end = (made.offset + made.bytes() + page_bytes - 1) / page_bytes;
    if (made.block_log2 >= detail::page_log2) {
      const bool used =
          std::any_of(ever_used_.begin() + static_cast<std::ptrdiff_t>(first),
                      ever_used_.begin() + static_cast<std::ptrdiff_t>(end), [](bool page) { return page; });
      // Pages that held nothing but entries, or free objects of a slab, count as used as well.
      ASSERT_FALSE(used && made.zeroed);
    }
    reuses_ += made.zeroed ? 0 : 1;
    std::fill(ever_used_.begin() + static_cast<std::ptrdiff_t>(first),
              ever_used_.begin() + static_cast<std::ptrdiff_t>(end), true);
  }

  void check_exhaustion(const exhausted& error, unsigned block_log2, std::size_t blocks) {
    const usage_t usage = pool_.usage();
    EXPECT_EQ(error.asked_bytes, blocks << block_log2);
    EXPECT_EQ(error.free_bytes, usage.free_bytes);
    EXPECT_EQ(error.largest_bytes, usage.largest_bytes);
    // Wherever it started, a longer run would have held an aligned anchor with the entries before it.
    EXPECT_LT(error.largest_bytes, error.asked_bytes + error.entries_bytes + error.alignment_bytes + 2 * page_bytes);
    EXPECT_EQ(usage.live_allocations, live_.size());
  }

  std::mt19937 random_;
  backed_pool memory_;
  segment_allocator pool_;
  ownership owners_;
  std::vector<bool> ever_used_;
  std::vector<owned> live_;
  unsigned last_id_ = 0;
  std::size_t exhaustions_ = 0;
  std::size_t reuses_ = 0;
};

class segment_allocator_random : public testing::TestWithParam<unsigned> {};

TEST_P(segment_allocator_random, never_gives_a_byte_of_data_or_entries_to_two) {
  SCOPED_TRACE(testing::Message() << "seed " << GetParam());
  random_run run(GetParam(), std::size_t{1} << 20);
  // Waves of filling and emptying, so that the pool is exhausted, fragmented and nearly empty in turn.
  for (int step = 0; step < 4000; ++step) {
    const std::size_t filling = step / 500 % 2 == 0 ? 65 : 40;
    if (!run.anything_live() || run.below(100) < filling) {
      ASSERT_NO_FATAL_FAILURE(run.allocate());
    } else {
      ASSERT_NO_FATAL_FAILURE(run.free());
    }
  }
  EXPECT_GT(run.exhaustions(), 0U) << "the pool was never full";
  EXPECT_GT(run.reuses(), 100U);
  ASSERT_NO_FATAL_FAILURE(run.finish());
}

TEST_P(segment_allocator_random, holds_in_a_pool_of_sixteen_pages) {
  SCOPED_TRACE(testing::Message() << "seed " << GetParam());
  random_run run(GetParam(), 16 * page_bytes);
  for (int step = 0; step < 2000; ++step) {
    if (!run.anything_live() || run.below(100) < 55) {
      ASSERT_NO_FATAL_FAILURE(run.allocate());
    } else {
      ASSERT_NO_FATAL_FAILURE(run.free());
    }
  }
  ASSERT_NO_FATAL_FAILURE(run.finish());
}

INSTANTIATE_TEST_SUITE_P(seeds, segment_allocator_random, testing::Range(1U, 9U));

}  // namespace
}  // namespace liana::allocator
