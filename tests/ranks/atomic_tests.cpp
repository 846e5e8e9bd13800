// Atomics in global memory, one by one and many at once.

#include <array>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <span>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "tests/ranks/support.hpp"
#include "tests/ranks/threads.hpp"

namespace {

using liana::global_atomic;
using namespace liana_tests;

static_assert(sizeof(global_atomic<std::int32_t>) == 8);
static_assert(std::is_trivially_copyable_v<global_atomic<double>>);

template <class T>
class atomics : public ::testing::Test {};
using numbers = ::testing::Types<std::int32_t, std::uint32_t, std::int64_t, std::uint64_t, float, double>;
TYPED_TEST_SUITE(atomics, numbers);

// What a rank sees of an atomic of every rank, in turns: each operation, and the value that it leaves.
TYPED_TEST(atomics, do_what_they_are_called_on_any_home) {
  using T = TypeParam;
  const auto all = from_every_rank(liana::make_atomic<T>(T{7}));
  for (liana::rank_t turn = 0; turn < liana::size(); ++turn) {
    if (turn == liana::rank()) {
      for (std::size_t i = 0; i < all.size(); ++i) {
        const auto& each = all[i];
        EXPECT_EQ(each.home(), static_cast<liana::rank_t>(i));
        EXPECT_EQ(each.load(), T{7});
        EXPECT_EQ(each.fetch_add(T{5}), T{7});
        EXPECT_EQ(each.fetch_sub(T{2}), T{12});
        EXPECT_EQ(each.exchange(T{100}), T{10});
        EXPECT_EQ(each.fetch_min(T{50}), T{100});
        EXPECT_EQ(each.fetch_min(T{60}), T{50});
        EXPECT_EQ(each.fetch_max(T{55}), T{50});
        T expected{1};
        EXPECT_FALSE(each.compare_exchange(expected, T{2}));
        EXPECT_EQ(expected, T{55});
        EXPECT_TRUE(each.compare_exchange(expected, T{9}));
        each.store(T{7});
      }
    }
    liana::barrier();
  }
}

TEST(atomics, combine_bits) {
  const auto all = from_every_rank(liana::make_atomic<std::uint32_t>(0xF0U));
  for (liana::rank_t turn = 0; turn < liana::size(); ++turn) {
    if (turn == liana::rank()) {
      for (const auto& each : all) {
        EXPECT_EQ(each.fetch_or(0x0FU), 0xF0U);
        EXPECT_EQ(each.fetch_and(0x3CU), 0xFFU);
        EXPECT_EQ(each.fetch_xor(0xFFU), 0x3CU);
        EXPECT_EQ(each.exchange(0xF0U), 0xC3U);
      }
    }
    liana::barrier();
  }
}

// Four bytes lie in a word of eight: a carry out of them is nobody's business.
TEST(atomics, of_four_bytes_wrap_around) {
  const auto at = liana::broadcast(liana::make_atomic<std::int32_t>(-1), liana::size() - 1);
  liana::barrier();
  if (liana::rank() == 0) {
    EXPECT_EQ(at.fetch_add(1), -1);
    EXPECT_EQ(at.load(), 0);
    EXPECT_EQ(at.fetch_sub(1), 0);
    std::int32_t expected = -1;
    EXPECT_TRUE(at.compare_exchange(expected, std::numeric_limits<std::int32_t>::max()));
    EXPECT_EQ(at.fetch_add(2), std::numeric_limits<std::int32_t>::max());
    EXPECT_EQ(at.load(), std::numeric_limits<std::int32_t>::min() + 1);
    expected = 0;
    EXPECT_FALSE(at.compare_exchange(expected, 1));
    EXPECT_EQ(expected, std::numeric_limits<std::int32_t>::min() + 1);
  }
  liana::barrier();
}

// Every thread of every rank at once; the values before are all different, and none is lost.
TEST(atomics, lose_no_addition) {
  const std::size_t rounds = repetitions(400);
  const auto counters = from_every_rank(liana::make_atomic<std::uint64_t>());
  const auto sums = from_every_rank(liana::make_atomic<double>());
  in_threads([&](int) {
    std::vector<std::uint64_t> seen(counters.size(), 0);
    for (std::size_t i = 0; i < rounds; ++i) {
      for (std::size_t which = 0; which < counters.size(); ++which) {
        const std::uint64_t before = counters[which].fetch_add(1);
        EXPECT_TRUE(i == 0 || before > seen[which]);
        seen[which] = before;
      }
      sums[i % sums.size()].fetch_add(0.5);
    }
  });
  liana::barrier();
  const std::size_t threads = threads_per_rank * counters.size();
  double sum = 0;
  for (std::size_t i = 0; i < counters.size(); ++i) {
    EXPECT_EQ(counters[i].load(), rounds * threads);
    sum += sums[i].load();
  }
  EXPECT_EQ(sum, 0.5 * static_cast<double>(rounds * threads));
  liana::barrier();
}

// A flag that was set after a put is seen by nobody who then reads the old value, and the other way round.
TEST(atomics, are_in_one_order_with_puts_and_gets) {
  const std::size_t rounds = repetitions(200);
  const auto data = from_every_rank(liana::make_global<std::uint64_t>(0));
  const auto flags = from_every_rank(liana::make_atomic<std::uint64_t>());
  const auto me = static_cast<std::size_t>(liana::rank());
  const std::size_t next = (me + 1) % flags.size();
  for (std::uint64_t round = 1; round <= rounds; ++round) {
    data[me].put(round);
    flags[me].store(round);
    const std::uint64_t flag = flags[next].load();
    const std::uint64_t value = data[next].get();
    EXPECT_GE(value, flag);
  }
  liana::barrier();
}

// Of two ranks that each set their own flag and then look at the other's data, or the other way round, one sees.
TEST(atomics, and_puts_are_not_passed_by_later_reads) {
  if (liana::size() < 2) GTEST_SKIP() << "needs two ranks";
  const std::size_t rounds = repetitions(200);
  const auto value = liana::broadcast(liana::make_global<std::uint64_t>(0), 1);
  const auto flag = liana::broadcast(liana::make_atomic<std::uint64_t>(), 0);
  for (std::uint64_t round = 1; round <= rounds; ++round) {
    liana::barrier();
    std::uint64_t seen = round;
    if (liana::rank() == 0) {
      flag.store(round);
      seen = value.get();
    } else if (liana::rank() == 1) {
      value.put(round);
      seen = flag.load();
    }
    const auto least =
        liana::all_reduce(std::array{liana::rank() == 0 ? seen : round, liana::rank() == 1 ? seen : round},
                          [](const auto& a, const auto& b) {
                            return std::array{std::min(a[0], b[0]), std::min(a[1], b[1])};
                          });
    EXPECT_TRUE(least[0] == round || least[1] == round);
  }
}

template <class T>
void expect_histogram(liana::layout how) {
  constexpr std::size_t bins = 700;
  auto counts = liana::make_atomic_array<T>(bins, {.block_bytes = 512, .layout = how});
  ASSERT_EQ(counts.size(), bins);
  const std::size_t draws = repetitions(3000);
  std::mt19937_64 random(mixed(static_cast<std::uint64_t>(liana::rank())));
  std::vector<std::size_t> index(draws);
  std::vector<T> operands(draws, T{1});
  for (std::size_t& each : index) each = random() % 3 == 0 ? 5 : random() % bins;
  std::vector<T> before(draws);
  counts.fetch_add(index, operands, before);
  counts.fetch_add(index, operands);
  liana::barrier();
  std::vector<T> all(bins);
  counts.load(0, all);
  EXPECT_EQ(std::accumulate(all.begin(), all.end(), T{}),
            static_cast<T>(2 * draws * static_cast<std::size_t>(liana::size())));
  std::vector<T> some(draws);
  counts.load(index, some);
  for (std::size_t i = 0; i < draws; ++i) {
    EXPECT_EQ(some[i], all[index[i]]);
    EXPECT_LT(before[i], all[index[i]]);
  }
  liana::barrier();
  liana::destroy(counts);
  EXPECT_FALSE(counts);
}

TEST(atomic_arrays, add_many_at_once) {
  expect_histogram<std::uint64_t>(liana::layout::blocked);
  expect_histogram<std::int32_t>(liana::layout::cyclic);
  expect_histogram<double>(liana::layout::blocked);
}

// Each index comes several times in one call, and from every rank.
TEST(atomic_arrays, combine_bits_many_at_once) {
  auto words = liana::make_atomic_array<std::uint64_t>(10, {.block_bytes = 8});
  const std::uint64_t mine = std::uint64_t{1} << static_cast<unsigned>(liana::rank());
  std::vector<std::size_t> index(100);
  for (std::size_t i = 0; i < index.size(); ++i) index[i] = i * 3 % 10;
  const std::vector<std::uint64_t> operands(index.size(), mine);
  std::vector<std::uint64_t> before(index.size());
  words.fetch_or(index, operands, before);
  // One of the ten operations on a word, in whatever order they were carried out, found this rank's bit missing.
  std::vector<int> missing(10);
  for (std::size_t i = 0; i < index.size(); ++i) missing[index[i]] += (before[i] & mine) == 0 ? 1 : 0;
  EXPECT_EQ(missing, std::vector<int>(10, 1));
  liana::barrier();
  std::vector<std::uint64_t> all(10);
  words.load(0, all);
  const std::uint64_t everybody = (std::uint64_t{1} << static_cast<unsigned>(liana::size())) - 1;
  EXPECT_EQ(all, std::vector<std::uint64_t>(10, everybody));
  liana::barrier();
  words.fetch_xor(index, operands);  // ten times each
  liana::barrier();
  words.load(0, all);
  EXPECT_EQ(all, std::vector<std::uint64_t>(10, everybody));
  liana::barrier();
  words.fetch_and(std::vector<std::size_t>{0}, std::vector<std::uint64_t>{~mine});
  liana::barrier();
  EXPECT_EQ(words[0].load(), 0U);
  EXPECT_EQ(words[1].load(), everybody);
  liana::barrier();
  words.exchange(std::vector<std::size_t>{1}, std::vector<std::uint64_t>{7});
  EXPECT_EQ(words[1].load(), 7U);
  liana::destroy(words);
}

TEST(atomic_arrays, refuse_what_is_not_there) {
  const liana::atomic_array<std::uint64_t> none;
  EXPECT_THROW(static_cast<void>(none[0]), liana::usage_error);
  auto words = liana::make_atomic_array<std::uint64_t>(10);
  const std::vector<std::size_t> index{3, 10};
  std::vector<std::uint64_t> values{1, 1};
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { words.fetch_add(index, values); }, {"fetch_add", "10"}));
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { words.load(index, values); }, {"load", "10"}));
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { words.load(9, values); }, {"load", "10"}));
  values.pop_back();
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { words.fetch_add(index, values); }, {"fetch_add", "2", "1"}));
  EXPECT_EQ(words[3].load(), 0U);
  liana::destroy(words);
}

TEST(atomics, refuse_a_null_handle) {
  const global_atomic<std::uint64_t> none;
  EXPECT_FALSE(none);
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { static_cast<void>(none.load()); }, {"load", "null"}));
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { none.fetch_add(1); }, {"fetch_add", "null"}));
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { none.store(1); }, {"store", "null"}));
}

TEST(atomics, are_freed_from_any_rank) {
  for (int i = 0; i < 3; ++i) {
    const auto all = from_every_rank(liana::make_atomic<std::int64_t>(3));
    liana::barrier();
    liana::destroy(all[(static_cast<std::size_t>(liana::rank()) + 1) % all.size()]);
    liana::barrier();
  }
}

}  // namespace
