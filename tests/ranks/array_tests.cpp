// array<T>: geometry of both layouts at all sizes, element access, handles and ranges that do not exist.

#include <limits>
#include <span>

#include <gtest/gtest.h>

#include "tests/ranks/array_shapes.hpp"

namespace {

using liana::array;
using namespace liana_tests;

template <class T>
class array_of_any_shape : public ::testing::Test {
 protected:
  // Runs `body(array, shape)` on every shape; the array is fresh and destroyed afterwards.
  template <class Body>
  void with_every_shape(Body body) {
    for (const array_shape& shape : array_shapes(sizeof(T))) {
      SCOPED_TRACE(shape.text());
      auto a = liana::make_array<T>(shape.elements, shape.options());
      body(a, shape);
      liana::barrier();
      liana::destroy(a);
    }
  }
};

using element_types = ::testing::Types<char, std::int32_t, std::uint64_t, sized<12>, sized<24>, sized<100>>;
TYPED_TEST_SUITE(array_of_any_shape, element_types);

TYPED_TEST(array_of_any_shape, has_the_size_and_blocks_it_was_made_with) {
  using T = TypeParam;
  this->with_every_shape([](const array<T>& a, const array_shape& shape) {
    EXPECT_EQ(a.size(), shape.elements);
    // A block that is too small for one element is raised to hold it.
    EXPECT_EQ(a.block_elements(), std::max<std::size_t>(1, shape.block_bytes / sizeof(T)));
  });
}

TYPED_TEST(array_of_any_shape, keeps_a_block_at_one_home_and_deals_blocks_by_its_layout) {
  using T = TypeParam;
  this->with_every_shape([](const array<T>& a, const array_shape& shape) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      const liana::rank_t home = a.home(i);
      ASSERT_GE(home, 0);
      ASSERT_LT(home, liana::size());
      ASSERT_EQ(a.ptr(i).home(), home);
      if (i == 0) continue;
      const liana::rank_t before = a.home(i - 1);
      if (i % a.block_elements() != 0) {
        ASSERT_EQ(home, before) << "element " << i;
        ASSERT_EQ(a.ptr(i) - a.ptr(i - 1), 1) << "element " << i;
      } else if (shape.layout == liana::layout::cyclic) {
        ASSERT_EQ(home, (before + 1) % liana::size()) << "element " << i;
      } else {
        ASSERT_GE(home, before) << "element " << i;
      }
    }
  });
}

TYPED_TEST(array_of_any_shape, local_ranges_cover_a_blocked_array_in_the_order_of_ranks) {
  using T = TypeParam;
  this->with_every_shape([](const array<T>& a, const array_shape& shape) {
    if (shape.layout != liana::layout::blocked) return;
    const auto [mine_first, mine_last] = a.local_range();
    struct range {
      std::size_t first;
      std::size_t last;
    };
    std::size_t next = 0;
    const std::size_t blocks = (a.size() + a.block_elements() - 1) / a.block_elements();
    const auto ranks = static_cast<std::size_t>(liana::size());
    for (const auto& [first, last] : from_every_rank(range{mine_first, mine_last})) {
      ASSERT_LE(first, last);
      if (first == last) continue;
      EXPECT_EQ(first, next);
      EXPECT_EQ(first % a.block_elements(), 0U);
      EXPECT_LE(last - first, (blocks + ranks - 1) / ranks * a.block_elements()) << "more than an even share";
      next = last;
    }
    EXPECT_EQ(next, a.size());
    for (std::size_t i = mine_first; i < mine_last; ++i) ASSERT_EQ(a.home(i), liana::rank());
  });
}

TYPED_TEST(array_of_any_shape, starts_zeroed_and_gives_back_every_element) {
  using T = TypeParam;
  this->with_every_shape([](const array<T>& a, const array_shape&) {
    std::vector<T> values(a.size());
    a.get(0, values);
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(is_zero(values[i])) << "element " << i;
    liana::barrier();
    // Neighbours by different ranks. Of a large array only every so many, because each may be a round trip.
    const std::size_t step = 1 + a.size() / repetitions(1000);
    const auto ranks = static_cast<std::size_t>(liana::size());
    for (std::size_t i = static_cast<std::size_t>(liana::rank()) * step; i < a.size(); i += ranks * step) {
      a[i] = numbered<T>(i);
    }
    liana::barrier();
    a.get(0, values);
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_TRUE(i % step == 0 ? holds(values[i], i) : is_zero(values[i])) << "element " << i;
    }
    for (std::size_t i = 0; i < a.size(); i += step * (1 + a.size() / step / 97)) {
      const T value = a[i];
      EXPECT_TRUE(holds(value, i));
      EXPECT_TRUE(holds(a.ptr(i).get(), i));
    }
  });
}

TYPED_TEST(array_of_any_shape, is_reached_through_any_copy_of_its_handle) {
  using T = TypeParam;
  auto a = liana::make_array<T>(1000);
  array<T> copy;
  copy = a;
  if (liana::rank() == 0) copy[999] = numbered<T>(5);
  liana::barrier();
  EXPECT_EQ(copy.size(), 1000U);
  EXPECT_EQ(copy.ptr(17), a.ptr(17));
  EXPECT_TRUE(holds(static_cast<T>(a[999]), 5));
  liana::barrier();
  liana::destroy(copy);
}

TEST(array_handle, of_no_array_or_a_destroyed_one_is_refused) {
  const array<int> none;
  EXPECT_THROW((void)static_cast<int>(none[0]), liana::usage_error);
  auto a = liana::make_array<int>(100);
  const auto copy = a;
  liana::destroy(a);
  EXPECT_THROW((void)static_cast<int>(copy[0]), liana::usage_error);
  EXPECT_THROW((void)static_cast<int>(a[0]), liana::usage_error);
  EXPECT_THROW((void)a.read(0, 1), liana::usage_error);
  EXPECT_THROW((void)a.write_local(), liana::usage_error);
}

TEST(array_options, default_to_blocked_blocks_of4096_bytes) {
  auto a = liana::make_array<std::uint64_t>(100'000);
  EXPECT_EQ(a.block_elements(), 512U);
  const auto [first, last] = a.local_range();
  EXPECT_LE(first, last);
  EXPECT_EQ(a.home(0), 0);
  auto b = liana::make_array<std::uint64_t>(100, {.layout = liana::layout::cyclic});
  EXPECT_EQ(b.block_elements(), 512U);
  liana::barrier();
  liana::destroy(a);
  liana::destroy(b);
}

TEST(array_options, take_every_power_of_two_and_nothing_else) {
  for (const std::size_t bytes : {8U, 16U, 32U, 128U, 1024U, 1U << 20}) {
    auto a = liana::make_array<std::uint64_t>(17, {.block_bytes = bytes});
    EXPECT_EQ(a.block_elements(), bytes / 8);
    if (liana::rank() == 0) a[16] = 3;
    liana::barrier();
    EXPECT_EQ(static_cast<std::uint64_t>(a[16]), 3U);
    liana::barrier();
    liana::destroy(a);
  }
  for (const std::size_t bytes :
       {std::size_t{0}, std::size_t{1}, std::size_t{4}, std::size_t{12}, std::size_t{4095}, std::size_t{1} << 31}) {
    const auto make = [&] { (void)liana::make_array<char>(17, {.block_bytes = bytes}); };
    EXPECT_TRUE(throws_naming<liana::usage_error>(make, {"make_array", std::to_string(bytes)}));
  }
}

TEST(array_element, proxies_copy_between_elements) {
  auto a = liana::make_array<std::int64_t>(2000, {.block_bytes = 64});
  if (liana::rank() == liana::size() - 1) {
    a[0] = 11;
    a[1999] = static_cast<std::int64_t>(a[0]) + 1;
    const std::int64_t last = a[1999];
    EXPECT_EQ(last, 12);
  }
  liana::barrier();
  EXPECT_EQ(static_cast<std::int64_t>(a[1999]) - static_cast<std::int64_t>(a[0]), 1);
  liana::barrier();
  liana::destroy(a);
}

TEST(array_element, takes_guards_through_its_pointer) {
  auto a = liana::make_array<std::int64_t>(100, {.block_bytes = 8, .layout = liana::layout::cyclic});
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < a.size(); ++i) a.ptr(i).update([](std::int64_t& value) { ++value; });
  }
  liana::barrier();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(*a.ptr(i).read(), 10 * liana::size());
  liana::barrier();
  liana::destroy(a);
}

// Every operation with an index, on an index that does not exist; nothing is written by the failed ones.
TEST(array_range, outside_the_array_is_a_usage_error_that_names_the_numbers) {
  constexpr std::size_t n = 1000;
  constexpr std::size_t wrap = std::numeric_limits<std::size_t>::max();
  auto a = liana::make_array<std::int32_t>(n, {.block_bytes = 64});
  std::vector<std::int32_t> buffer(10, 7);
  const std::vector<std::size_t> bad_index{1, 2, n, 3};
  const std::vector<std::int32_t> four(4, 7);
  using liana::usage_error;
  EXPECT_TRUE(throws_naming<usage_error>([&] { (void)static_cast<std::int32_t>(a[n]); }, {"1000"}));
  EXPECT_TRUE(throws_naming<usage_error>([&] { a[n + 5] = 7; }, {"1005", "1000"}));
  EXPECT_THROW(a[wrap] = 7, usage_error);
  EXPECT_TRUE(throws_naming<usage_error>([&] { (void)a.home(n); }, {"1000"}));
  EXPECT_TRUE(throws_naming<usage_error>([&] { (void)a.ptr(n + 1); }, {"1001", "1000"}));
  EXPECT_TRUE(throws_naming<usage_error>([&] { a.get(n - 9, buffer); }, {"991", "10", "1000"}));
  EXPECT_TRUE(throws_naming<usage_error>([&] { a.put(n - 9, buffer); }, {"991", "10", "1000"}));
  EXPECT_THROW(a.get(wrap - 4, buffer), usage_error);
  EXPECT_THROW(a.put(wrap - 4, buffer), usage_error);
  EXPECT_TRUE(throws_naming<usage_error>([&] { a.gather(bad_index, std::span(buffer).first(4)); }, {"1000"}));
  EXPECT_TRUE(throws_naming<usage_error>([&] { a.scatter(bad_index, four); }, {"1000"}));
  EXPECT_TRUE(throws_naming<usage_error>([&] { (void)a.read(n - 1, 2); }, {"999", "1000"}));
  EXPECT_TRUE(throws_naming<usage_error>([&] { (void)a.write(n - 1, 2); }, {"999", "1000"}));
  EXPECT_THROW((void)a.read(2, wrap), usage_error);
  EXPECT_THROW((void)a.write(2, wrap), usage_error);
  EXPECT_THROW(a.prefetch(n - 1, 2), usage_error);
  EXPECT_THROW(a.prefetch(3, wrap - 1), usage_error);
  liana::barrier();
  std::vector<std::int32_t> all(n, 1);
  a.get(0, all);
  EXPECT_EQ(all, std::vector<std::int32_t>(n, 0));
  liana::barrier();
  liana::destroy(a);
}

TEST(array_range, of_gather_and_scatter_needs_as_many_indices_as_values) {
  auto a = liana::make_array<std::int32_t>(100);
  const std::vector<std::size_t> three{1, 2, 3};
  std::vector<std::int32_t> two(2);
  EXPECT_THROW(a.gather(three, two), liana::usage_error);
  EXPECT_THROW(a.scatter(three, two), liana::usage_error);
  liana::barrier();
  liana::destroy(a);
}

TEST(array_range, that_is_empty_is_valid_everywhere) {
  auto a = liana::make_array<std::int32_t>(10);
  auto none = liana::make_array<std::int32_t>(0);
  const std::vector<std::size_t> no_index;
  for (const auto& either : {a, none}) {
    for (const std::size_t at : {std::size_t{0}, either.size()}) {
      either.get(at, std::span<std::int32_t>());
      either.put(at, std::span<const std::int32_t>());
      EXPECT_EQ(either.read(at, 0).size(), 0U);
      EXPECT_EQ(either.write(at, 0).size(), 0U);
      either.prefetch(at, 0);
    }
    either.gather(no_index, std::span<std::int32_t>());
    either.scatter(no_index, std::span<const std::int32_t>());
  }
  EXPECT_THROW((void)none.home(0), liana::usage_error);
  EXPECT_THROW(none[0] = 1, liana::usage_error);
  liana::barrier();
  liana::destroy(a);
  liana::destroy(none);
}

}  // namespace
