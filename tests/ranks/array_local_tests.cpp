// The part of a blocked array that lives at this rank: write_local(), local() and which types have them.

#include <concepts>
#include <numeric>
#include <span>

#include <gtest/gtest.h>

#include "tests/ranks/array_shapes.hpp"

namespace {

using liana::array;
using namespace liana_tests;

template <class Array>
concept has_local = requires(const Array& a) {
  a.local();
};
template <class Array>
concept has_write_local = requires(const Array& a) {
  a.write_local();
};

// One contiguous range is there only if elements fill their blocks.
static_assert(has_local<array<char>> && has_write_local<array<char>>);
static_assert(has_local<array<double>> && has_write_local<array<double>>);
static_assert(has_local<array<sized<64>>> && has_write_local<array<sized<64>>>);
static_assert(!has_local<array<sized<3>>> && !has_write_local<array<sized<3>>>);
static_assert(!has_local<array<sized<12>>> && !has_write_local<array<sized<12>>>);
static_assert(!has_local<array<sized<100>>> && !has_write_local<array<sized<100>>>);

template <class T>
class array_local : public ::testing::Test {
 protected:
  template <class Body>
  void with_every_blocked_array(Body body) {
    for (const array_shape& shape : array_shapes(sizeof(T))) {
      if (shape.layout != liana::layout::blocked) continue;
      SCOPED_TRACE(shape.text());
      auto a = liana::make_array<T>(shape.elements, shape.options());
      body(a);
      liana::barrier();
      liana::destroy(a);
    }
  }
};

using local_types = ::testing::Types<char, std::int32_t, double, sized<16>, sized<256>>;
TYPED_TEST_SUITE(array_local, local_types);

TYPED_TEST(array_local, write_local_is_this_ranks_part_in_one_piece) {
  using T = TypeParam;
  this->with_every_blocked_array([](const array<T>& a) {
    const auto [first, last] = a.local_range();
    {
      auto part = a.write_local();
      EXPECT_EQ(part.size(), last - first);
      const std::span<T> elements = part;
      EXPECT_EQ(elements.data(), part.data());
      EXPECT_EQ(elements.size(), part.size());
      for (std::size_t i = 0; i < part.size(); ++i) {
        EXPECT_TRUE(is_zero(part[i])) << "element " << i;
        part[i] = numbered<T>(first + i);
      }
    }
    liana::barrier();
    std::vector<T> all(a.size());
    a.get(0, all);
    EXPECT_TRUE(holds_range(all, 0));
    liana::barrier();
    {
      auto part = a.write_local();
      EXPECT_TRUE(holds_range(std::span<T>(part), first));
      for (T& element : std::span<T>(part)) element = numbered<T>(5);
      part.release();
    }
    liana::barrier();
    a.get(0, all);
    for (const T& value : all) EXPECT_TRUE(holds(value, 5));
  });
}

TYPED_TEST(array_local, local_is_plain_memory_between_two_barriers) {
  using T = TypeParam;
  this->with_every_blocked_array([](const array<T>& a) {
    const auto [first, last] = a.local_range();
    const std::span<T> elements = a.local();
    EXPECT_EQ(elements.size(), last - first);
    liana::barrier();
    for (std::size_t i = 0; i < elements.size(); ++i) elements[i] = numbered<T>(first + i);
    liana::barrier();
    std::vector<T> all(a.size());
    a.get(0, all);
    EXPECT_TRUE(holds_range(all, 0));
    liana::barrier();
    // And the other way round: what anybody puts is there after a barrier.
    const auto ranks = static_cast<std::size_t>(liana::size());
    for (auto i = static_cast<std::size_t>(liana::rank()); i < a.size(); i += 1 + 7 * ranks) a[i] = numbered<T>(i + 9);
    liana::barrier();
    for (std::size_t i = first; i < last; ++i) {
      std::uint64_t expected = i;
      for (std::size_t writer = 0; writer < ranks; ++writer) {
        if (i >= writer && (i - writer) % (1 + 7 * ranks) == 0) expected = i + 9;
      }
      EXPECT_TRUE(holds(elements[i - first], expected)) << "element " << i;
    }
  });
}

// The second round of an iterative program: what was read, and cached, before the barrier is old after it.
TEST(array_local_rounds, show_every_rank_the_new_values_after_the_barrier) {
  auto a = liana::make_array<std::int64_t>(4000, {.block_bytes = 256});
  const auto [first, last] = a.local_range();
  for (std::int64_t round = 1; round <= 5; ++round) {
    for (std::int64_t& value : a.local()) value = round;
    liana::barrier();
    {
      const auto view = a.read(0, a.size());
      EXPECT_EQ(std::accumulate(view.begin(), view.end(), std::int64_t{0}), round * 4000) << "round " << round;
    }
    EXPECT_EQ(static_cast<std::int64_t>(a[3999]), round);
    EXPECT_EQ(a.ptr(0).get(), round);
    liana::barrier();
  }
  EXPECT_LE(first, last);
  liana::destroy(a);
}

TEST(array_local_rounds, of_write_local_show_every_rank_the_new_values_after_the_barrier) {
  auto a = liana::make_array<std::int64_t>(4000, {.block_bytes = 256});
  for (std::int64_t round = 1; round <= 5; ++round) {
    {
      auto part = a.write_local();
      for (std::int64_t& value : std::span<std::int64_t>(part)) value = round;
    }
    liana::barrier();
    std::vector<std::int64_t> all(a.size());
    a.get(0, all);
    EXPECT_EQ(all, std::vector<std::int64_t>(a.size(), round));
    liana::barrier();
  }
  liana::destroy(a);
}

// The home reads the block in place across the barrier, so the barrier cannot take it for writing.
TEST(local_memory, written_under_a_read_guard_is_seen_after_the_barrier) {
  const auto object = liana::broadcast(liana::make_global<std::int64_t>(1), 0);
  EXPECT_EQ(object.get(), 1);
  liana::barrier();
  if (liana::rank() == 0) {
    std::int64_t* const plain = object.local();
    const auto guard = object.read();
    *plain = 2;
    liana::barrier();
    EXPECT_EQ(*guard, 2);
  } else {
    liana::barrier();
  }
  EXPECT_EQ(object.get(), 2);
  liana::barrier();
}

TEST(write_local, holds_its_blocks_for_writing) {
  auto a = liana::make_array<std::int64_t>(1000, {.block_bytes = 64});
  const auto [first, last] = a.local_range();
  if (first != last) {
    const auto part = a.write_local();
    EXPECT_THROW((void)a.ptr(first).write(), liana::usage_error);
    EXPECT_THROW((void)a.write(last - 1, 1), liana::usage_error);
    EXPECT_THROW((void)a.write_local(), liana::usage_error);
  }
  liana::barrier();
  a.ptr(0).update([](std::int64_t& value) { ++value; });
  liana::barrier();
  EXPECT_EQ(static_cast<std::int64_t>(a[0]), liana::size());
  liana::barrier();
  liana::destroy(a);
}

// The parts of all ranks are written at once, with readers in between, as a solver does.
TEST(write_local, and_read_views_of_the_other_parts_alternate) {
  auto a = liana::make_array<std::int64_t>(3000, {.block_bytes = 256});
  auto b = liana::make_array<std::int64_t>(3000, {.block_bytes = 256});
  const auto* from = &a;
  const auto* to = &b;
  {
    auto part = a.write_local();
    for (std::size_t i = 0; i < part.size(); ++i) part[i] = static_cast<std::int64_t>(a.local_range().first + i);
  }
  liana::barrier();
  // Each step shifts the array by one element, across the borders between ranks.
  for (std::int64_t step = 0; step < 10; ++step) {
    {
      const std::size_t first = to->local_range().first;
      auto part = to->write_local();
      for (std::size_t i = 0; i < part.size(); ++i) part[i] = (*from)[(first + i + 1) % 3000];
    }
    liana::barrier();
    std::swap(from, to);
  }
  {
    const auto view = from->read(0, 3000);
    for (std::size_t i = 0; i < view.size(); ++i) EXPECT_EQ(view[i], static_cast<std::int64_t>((i + 10) % 3000));
  }
  liana::barrier();
  liana::destroy(a);
  liana::destroy(b);
}

}  // namespace
