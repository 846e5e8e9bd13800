// What array<T> fetches before it is asked for: async_get, async_gather, and the blocks ahead of a walk.

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "tests/ranks/array_shapes.hpp"

namespace {

using liana::array;
using namespace liana_tests;

template <class T>
class array_ahead : public ::testing::Test {
 protected:
  // Runs `body(array, random)` on arrays of every shape that hold `numbered_range(0, size)`.
  template <class Body>
  void with_every_numbered_array(Body body) {
    const std::uint64_t seed = shared_seed();
    SCOPED_TRACE("LIANA_TEST_SEED=" + std::to_string(seed));
    for (const array_shape& shape : bulk_shapes(sizeof(T))) {
      SCOPED_TRACE(shape.text());
      auto a = liana::make_array<T>(shape.elements, shape.options());
      if (liana::rank() == liana::size() - 1) a.put(0, numbered_range<T>(0, a.size()));
      liana::barrier();
      std::mt19937_64 random(mixed(seed + static_cast<std::uint64_t>(liana::rank())));
      body(a, random);
      liana::barrier();
      liana::destroy(a);
    }
  }
};

using ahead_types = ::testing::Types<char, std::uint64_t, sized<12>, sized<100>>;
TYPED_TEST_SUITE(array_ahead, ahead_types);

TYPED_TEST(array_ahead, async_get_reads_any_range) {
  using T = TypeParam;
  this->with_every_numbered_array([](const array<T>& a, std::mt19937_64& random) {
    for (int round = 0; round < 6; ++round) {
      const std::size_t first = round == 0 ? 0 : random() % a.size();
      std::vector<T> out(round == 0 ? a.size() : random() % (a.size() - first + 1));
      liana::pending_reads reads = a.async_get(first, out);
      if (round % 2 == 0) {
        reads.wait();
      } else {
        while (!reads.ready()) std::this_thread::yield();
      }
      EXPECT_TRUE(holds_range(out, first));
      EXPECT_TRUE(reads.ready());
      reads.wait();
    }
  });
}

TYPED_TEST(array_ahead, async_gather_reads_any_elements) {
  using T = TypeParam;
  this->with_every_numbered_array([](const array<T>& a, std::mt19937_64& random) {
    for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{40}, std::size_t{1500}}) {
      std::vector<std::size_t> index(n);
      std::ranges::generate(index, [&] { return random() % a.size(); });
      const std::vector<std::size_t> wanted(index);
      std::vector<T> out(n);
      liana::pending_reads reads = a.async_gather(index, out);
      std::ranges::fill(index, 0);  // not looked at any more
      liana::pending_reads moved = std::move(reads);
      EXPECT_TRUE(reads.ready());  // NOLINT(bugprone-use-after-move): it is of nothing
      moved.wait();
      for (std::size_t k = 0; k < n; ++k) ASSERT_TRUE(holds(out[k], wanted[k])) << "element " << k << " of the gather";
    }
  });
}

TYPED_TEST(array_ahead, a_walk_shows_a_range_in_order_and_block_by_block) {
  using T = TypeParam;
  this->with_every_numbered_array([](const array<T>& a, std::mt19937_64& random) {
    for (const std::size_t ahead :
         {std::size_t{0}, std::size_t{1}, std::size_t{5}, liana::default_read_ahead, SIZE_MAX}) {
      const std::size_t first = ahead == 0 ? 0 : random() % a.size();
      const std::size_t n = ahead == 0 ? a.size() : random() % (a.size() - first + 1);
      std::vector<T> seen;
      for (const std::span<const T> chunk : a.walk(first, n, ahead)) {
        ASSERT_FALSE(chunk.empty());
        ASSERT_EQ((first + seen.size()) / a.block_elements(),
                  (first + seen.size() + chunk.size() - 1) / a.block_elements());
        seen.insert(seen.end(), chunk.begin(), chunk.end());
      }
      EXPECT_EQ(seen.size(), n);
      EXPECT_TRUE(holds_range(seen, first));
    }
  });
}

TEST(a_walk, of_nothing_has_no_chunk) {
  const auto a = liana::make_array<int>(10);
  for (const auto chunk : a.walk(10, 0)) FAIL() << chunk.size();
  for (const auto chunk : liana::make_array<int>(0).walk(0, 0)) FAIL() << chunk.size();
  liana::barrier();
}

/// Misses of this rank since the last call, hence far blocks fetched: those of near blocks at other ranks count too.
std::uint64_t misses_since(std::uint64_t& before) {
  const std::uint64_t now = liana::stats().misses;
  return now - std::exchange(before, now);
}

class far_ahead : public ::testing::Test {
 protected:
  static constexpr std::size_t per_block = 4096 / sizeof(std::uint64_t);
  static constexpr std::size_t blocks = 200;  // at each rank

  void SetUp() override {
    if (some_far_rank(liana::rank()) < 0) GTEST_SKIP() << "all ranks share the host of rank 0, so nothing is far";
    a = liana::make_array<std::uint64_t>(blocks * per_block * static_cast<std::size_t>(liana::size()));
    auto mine = a.write_local();
    std::iota(mine.begin(), mine.end(), a.local_range().first);
    mine.release();
    liana::barrier();
    first = static_cast<std::size_t>(some_far_rank(liana::rank())) * blocks * per_block;
    before = liana::stats().misses;
  }
  void TearDown() override { liana::barrier(); }

  array<std::uint64_t> a;
  std::size_t first = 0;  ///< of a rank that is far from this one
  std::uint64_t before = 0;
};

TEST_F(far_ahead, a_walk_fetches_each_block_of_its_range_once_and_no_other) {
  // Inside the far part; up to its end; up to the end of the array.
  const std::size_t end = a.size();
  for (const auto& [from, n] :
       {std::pair{first + 10 * per_block + 3, 60 * per_block}, std::pair{first + 150 * per_block, 50 * per_block}}) {
    std::uint64_t sum = 0;
    for (const auto chunk : a.walk(from, n)) sum = std::accumulate(chunk.begin(), chunk.end(), sum);
    EXPECT_EQ(sum, n * from + n * (n - 1) / 2);
    EXPECT_EQ(misses_since(before), (from + n - 1) / per_block - from / per_block + 1);
    for (const auto chunk : a.walk(from, n)) sum = std::accumulate(chunk.begin(), chunk.end(), sum);
    EXPECT_EQ(misses_since(before), 0U) << "a second time";
  }
  if (!are_near(liana::rank(), liana::size() - 1)) {
    std::size_t n = 0;
    for (const auto chunk : a.walk(end - 9 * per_block + 1, 9 * per_block - 1, 100)) n += chunk.size();
    EXPECT_EQ(n, 9 * per_block - 1);
    EXPECT_LE(misses_since(before), 9U);
  }
}

TEST_F(far_ahead, a_walk_that_ends_early_has_fetched_what_was_ahead_and_no_more) {
  {
    auto walk = a.walk(first, blocks * per_block, 8);
    auto at = walk.begin();
    EXPECT_EQ((*at).front(), first);
  }
  EXPECT_LE(misses_since(before), 9U);
  liana::barrier();  // whatever is under way has arrived
  EXPECT_LE(misses_since(before), 9U);
}

TEST_F(far_ahead, a_walk_goes_through_more_than_the_cache_holds) {
  // The tests run with a cache of 16 MiB; this is twice as much.
  const auto large = liana::make_array<std::uint64_t>(
      static_cast<std::size_t>(liana::size()) * (std::size_t{12} << 20U) / 8, {.block_bytes = 65536});
  std::uint64_t sum = 0;
  std::size_t n = 0;
  for (const auto chunk : large.walk(0, large.size())) {
    sum = std::accumulate(chunk.begin(), chunk.end(), sum);
    n += chunk.size();
  }
  EXPECT_EQ(sum, 0U);
  EXPECT_EQ(n, large.size());
  liana::barrier();
  liana::destroy(large);
}

TEST_F(far_ahead, async_gather_fetches_each_block_once) {
  std::vector<std::size_t> index;
  for (std::size_t i = 0; i < 150; ++i) {
    for (std::size_t k = 0; k < 5; ++k) {
      index.push_back(first + ((i * 37) % 150) * per_block + mixed(i + k) % per_block);
    }
  }
  std::vector<std::uint64_t> out(index.size());
  auto reads = a.async_gather(index, out);
  reads.wait();
  EXPECT_EQ(out, index);
  EXPECT_EQ(misses_since(before), 150U);
  std::ranges::fill(out, 0);
  EXPECT_TRUE(a.async_gather(index, out).ready()) << "all hits";
  EXPECT_EQ(out, index);
  EXPECT_EQ(misses_since(before), 0U);
}

TEST_F(far_ahead, async_reads_come_after_the_puts_of_their_rank) {
  std::vector<std::uint64_t> out(300);
  for (std::uint64_t round = 1; round <= repetitions(20); ++round) {
    std::vector<liana::pending_put> puts;
    // Every rank has elements of its own in these blocks.
    std::vector<std::size_t> index;
    for (std::size_t i = 0; i < 20; ++i) {
      index.push_back(first + i * per_block + static_cast<std::size_t>(liana::rank()));
      puts.push_back(a.ptr(index.back()).async_put(round * 1000 + i));
    }
    auto reads = a.async_gather(index, std::span(out).first(index.size()));
    reads.wait();
    for (std::size_t i = 0; i < index.size(); ++i) EXPECT_EQ(out[i], round * 1000 + i);
  }
}

TEST_F(far_ahead, a_chunk_does_not_change_while_the_walk_is_there) {
  auto walk = a.walk(first, 3 * per_block);
  auto at = walk.begin();
  const std::vector<std::uint64_t> seen((*at).begin(), (*at).end());
  plain_barrier();
  a[first + 100 + static_cast<std::size_t>(liana::rank())] = 0;
  EXPECT_TRUE(std::ranges::equal(*at, seen));
  ++at;
  EXPECT_EQ((*at).front(), first + per_block);
}

TEST(array_ahead_of_itself, refuses_what_the_array_does_not_have) {
  const auto a = liana::make_array<int>(100);
  std::vector<int> out(10);
  std::vector<std::size_t> index(10, 5);
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { static_cast<void>(a.async_get(91, out)); }, {"async_get", "91"}));
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { static_cast<void>(a.walk(91, 10)); }, {"walk", "91"}));
  index[3] = 100;
  EXPECT_TRUE(
      throws_naming<liana::usage_error>([&] { static_cast<void>(a.async_gather(index, out)); }, {"gather", "100"}));
  index.pop_back();
  EXPECT_TRUE(
      throws_naming<liana::usage_error>([&] { static_cast<void>(a.async_gather(index, out)); }, {"async_gather", "9"}));
  liana::barrier();
}

}  // namespace
