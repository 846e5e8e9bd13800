// Read and write views of array<T>: what they show, what they hold, when they publish.

#include <chrono>
#include <iterator>
#include <numeric>
#include <span>
#include <thread>

#include <gtest/gtest.h>

#include "tests/ranks/array_shapes.hpp"

namespace {

using liana::array;
using namespace liana_tests;
using namespace std::chrono_literals;

std::int64_t sum_of(const array<std::int64_t>& a) {
  const auto view = a.read(0, a.size());
  return std::accumulate(view.begin(), view.end(), std::int64_t{0});
}

template <class T>
class array_view : public ::testing::Test {
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
      std::mt19937_64 random(seed);
      body(a, random);
      liana::barrier();
      liana::destroy(a);
    }
  }
};

using view_types = ::testing::Types<char, std::int32_t, std::uint64_t, sized<12>, sized<100>>;
TYPED_TEST_SUITE(array_view, view_types);

TYPED_TEST(array_view, shows_a_range_by_index_iterator_and_chunk) {
  using T = TypeParam;
  this->with_every_numbered_array([](const array<T>& a, std::mt19937_64& random) {
    for (int round = 0; round < 6; ++round) {
      const std::size_t first = round == 0 ? 0 : random() % a.size();
      const std::size_t n = round == 0 ? a.size() : random() % (a.size() - first + 1);
      const auto view = a.read(first, n);
      ASSERT_EQ(view.size(), n);
      for (std::size_t i = 0; i < n; ++i) ASSERT_TRUE(holds(view[i], first + i)) << "element " << i << " of the view";
      EXPECT_TRUE(holds_range(view, first));
      EXPECT_EQ(static_cast<std::size_t>(std::distance(view.begin(), view.end())), n);
      std::vector<T> joined;
      for (const std::span<const T> chunk : view.chunks()) {
        EXPECT_FALSE(chunk.empty());
        joined.insert(joined.end(), chunk.begin(), chunk.end());
      }
      EXPECT_EQ(joined.size(), n);
      EXPECT_TRUE(holds_range(joined, first));
    }
  });
}

TYPED_TEST(array_view, of_writing_starts_from_the_current_values_and_publishes_on_release) {
  using T = TypeParam;
  this->with_every_numbered_array([](const array<T>& a, std::mt19937_64& random) {
    for (int round = 0; round < 4; ++round) {
      const std::size_t first = random() % a.size();
      const std::size_t n = 1 + random() % (a.size() - first);
      if (liana::rank() == round % liana::size()) {
        auto view = a.write(first, n);
        EXPECT_EQ(view.size(), n);
        for (std::size_t i = 0; i < n; ++i) {
          EXPECT_TRUE(holds(view[i], first + i)) << "element " << i << " of the view";
          view[i] = numbered<T>(first + i + 77);
        }
        view.release();
        std::vector<T> written(n);
        a.get(first, written);
        EXPECT_TRUE(holds_range(written, first + 77));
      }
      liana::barrier();
      std::vector<T> all(a.size());
      a.get(0, all);
      EXPECT_TRUE(holds_range(std::span(all).first(first), 0));
      EXPECT_TRUE(holds_range(std::span(all).subspan(first, n), first + 77));
      EXPECT_TRUE(holds_range(std::span(all).subspan(first + n), first + n));
      liana::barrier();
      if (liana::rank() == (round + 1) % liana::size()) {
        // Back to the start, this time published by the destructor.
        auto view = a.write(first, n);
        for (std::size_t i = 0; i < n; ++i) view[i] = numbered<T>(first + i);
      }
      liana::barrier();
    }
  });
}

TEST(read_view, has_iterators_for_standard_algorithms) {
  auto a = liana::make_array<std::int64_t>(1000, {.block_bytes = 64, .layout = liana::layout::cyclic});
  if (liana::rank() == 0) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<std::int64_t>(i);
  }
  liana::barrier();
  {
    const auto view = a.read(100, 800);
    static_assert(std::forward_iterator<decltype(view.begin())>);
    EXPECT_EQ(std::accumulate(view.begin(), view.end(), std::int64_t{0}), (100 + 899) * 800 / 2);
    EXPECT_EQ(*std::max_element(view.begin(), view.end()), 899);
    EXPECT_TRUE(std::is_sorted(view.begin(), view.end()));
    EXPECT_EQ(std::distance(view.begin(), std::find(view.begin(), view.end(), 500)), 400);
  }
  liana::barrier();
  liana::destroy(a);
}

TEST(read_view, keeps_its_snapshot_after_it_was_moved) {
  auto a = liana::make_array<std::int64_t>(100, {.block_bytes = 64});
  {
    auto view = a.read(10, 50);
    const auto moved = std::move(view);
    EXPECT_EQ(moved.size(), 50U);
    for (const std::int64_t value : moved) EXPECT_EQ(value, 0);
  }
  liana::barrier();
  if (liana::rank() == 0) {
    auto view = a.write(10, 50);
    auto moved = std::move(view);
    moved[49] = 8;
  }
  liana::barrier();
  EXPECT_EQ(static_cast<std::int64_t>(a[59]), 8);
  liana::barrier();
  liana::destroy(a);
}

TEST(read_view, away_from_the_homes_keeps_each_block_while_others_write) {
  if (liana::size() < 2) GTEST_SKIP() << "needs a reader beside the home";
  constexpr std::size_t block = 32;
  auto a = liana::make_array<std::int64_t>(block * static_cast<std::size_t>(liana::size()),
                                           {.block_bytes = block * 8, .layout = liana::layout::cyclic});
  // Each rank reads its neighbour's block and keeps it while the neighbour writes there.
  const auto neighbour = static_cast<std::size_t>((liana::rank() + 1) % liana::size());
  {
    const auto view = a.read(neighbour * block, block);
    plain_barrier();
    const auto own = static_cast<std::size_t>(liana::rank());
    {
      auto writing = a.write(own * block, block);
      for (std::size_t i = 0; i < block; ++i) writing[i] = 5;
    }
    plain_barrier();
    for (const std::int64_t value : view) EXPECT_EQ(value, 0);
  }
  for (const std::int64_t value : a.read(0, a.size())) EXPECT_EQ(value, 5);
  liana::barrier();
  liana::destroy(a);
}

TEST(write_view, keeps_others_out_of_its_blocks) {
  auto a = liana::make_array<std::int64_t>(256, {.block_bytes = 64, .layout = liana::layout::cyclic});
  if (liana::rank() == liana::size() - 1) {
    auto view = a.write(0, 256);
    for (std::size_t i = 0; i < 256; ++i) view[i] = 1;
    plain_barrier();
    std::this_thread::sleep_for(5ms);
    for (std::size_t i = 0; i < 256; ++i) view[i] = 2;
    view.release();
  } else {
    plain_barrier();
    EXPECT_EQ(static_cast<std::int64_t>(a[static_cast<std::size_t>(liana::rank()) * 8]), 2);
    for (const std::int64_t value : a.read(0, 256)) EXPECT_EQ(value, 2);
  }
  liana::barrier();
  liana::destroy(a);
}

TEST(write_view, of_a_block_held_for_writing_is_a_usage_error) {
  auto a = liana::make_array<std::int64_t>(256, {.block_bytes = 64});
  if (liana::rank() == 0) {
    const auto view = a.write(10, 100);
    EXPECT_THROW((void)a.write(109, 20), liana::usage_error);
    EXPECT_THROW((void)a.read(0, 20), liana::usage_error);
    EXPECT_THROW((void)a.ptr(50).write(), liana::usage_error);
  }
  if (liana::rank() == 0) {
    // The failed ones hold nothing.
    auto view = a.write(0, 256);
    view[255] = 1;
  }
  liana::barrier();
  EXPECT_EQ(static_cast<std::int64_t>(a[255]), 1);
  liana::barrier();
  liana::destroy(a);
}

// All ranks increment overlapping ranges at once: no increment is lost, and no order of blocks deadlocks.
TEST(write_view, loses_no_increment_of_overlapping_ranges) {
  const std::uint64_t seed = shared_seed();
  SCOPED_TRACE("LIANA_TEST_SEED=" + std::to_string(seed));
  for (const auto layout : {liana::layout::blocked, liana::layout::cyclic}) {
    auto a = liana::make_array<std::int64_t>(500, {.block_bytes = 128, .layout = layout});
    std::mt19937_64 random(mixed(seed + static_cast<std::uint64_t>(liana::rank())));
    std::int64_t added = 0;
    for (int round = 0; round < 60; ++round) {
      const std::size_t first = random() % a.size();
      const std::size_t n = 1 + random() % (a.size() - first);
      auto view = a.write(first, n);
      for (std::size_t i = 0; i < n; ++i) ++view[i];
      added += static_cast<std::int64_t>(n);
    }
    const std::int64_t expected = liana::all_reduce(added, [](std::int64_t x, std::int64_t y) { return x + y; });
    liana::barrier();
    EXPECT_EQ(sum_of(a), expected);
    liana::barrier();
    liana::destroy(a);
  }
}

}  // namespace
