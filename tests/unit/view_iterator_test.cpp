#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <random>
#include <ranges>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include <liana/detail/type_name.hpp>
#include <liana/detail/view_iterator.hpp>
#include <liana/views.hpp>

namespace liana::detail {
namespace {

using reader = read_view<int>;
using writer = write_view<int>;

static_assert(std::random_access_iterator<reader::iterator> && std::random_access_iterator<writer::iterator>);
static_assert(std::ranges::random_access_range<const reader> && std::ranges::sized_range<const reader>);
static_assert(std::ranges::common_range<const writer>);
static_assert(std::is_same_v<std::ranges::range_reference_t<const reader>, const int&>);
static_assert(std::is_same_v<std::ranges::range_reference_t<const writer>, int&>);
static_assert(std::movable<reader> && !std::copyable<reader> && std::movable<writer> && !std::copyable<writer>);

using chunks = view_chunks<const int>;
static_assert(std::ranges::forward_range<chunks> && std::ranges::view<chunks> && std::ranges::borrowed_range<chunks>);
static_assert(std::is_same_v<std::ranges::range_value_t<chunks>, std::span<const int>>);

using local_guard = local_write_guard<int>;
static_assert(std::ranges::contiguous_range<const local_guard> && std::ranges::sized_range<const local_guard>);
static_assert(std::convertible_to<local_guard&, std::span<int>> &&
              std::convertible_to<local_guard&, std::span<const int>>);
static_assert(std::movable<local_guard> && !std::copyable<local_guard>);

/// Blocks of `per_block` numbers that count up through the view. Those named in `apart` do not lie behind the one
/// before.
struct scattered {
  scattered(std::size_t blocks, std::size_t per_block, std::size_t skew, std::size_t size,
            const std::vector<bool>& apart)
      : memory(2 * blocks * per_block, -1) {
    map.per_block = divider(per_block);
    map.skew = skew;
    map.blocks.resize(blocks);
    std::size_t at = 0;
    for (std::size_t block = 0; block < blocks; ++block) {
      at += apart[block] ? per_block : 0;
      map.blocks[block].data = memory.data() + at;
      for (std::size_t i = 0; i < per_block; ++i) {
        memory[at + i] = static_cast<int>(block * per_block + i) - static_cast<int>(skew);
      }
      at += per_block;
    }
    map.find_runs(size);
  }

  std::vector<int> memory;
  view_map<int> map;
};

struct view_shape {
  std::size_t per_block;
  std::size_t skew;
  std::size_t size;
  std::vector<bool> apart;
};

std::vector<view_shape> view_shapes() {
  std::vector<view_shape> all;
  for (const std::size_t per_block : {1U, 3U, 4U}) {
    for (std::size_t skew = 0; skew < per_block; ++skew) {
      for (std::size_t size = 1; size <= 5 * per_block; ++size) {
        const std::size_t blocks = (skew + size + per_block - 1) / per_block;
        for (unsigned mask = 0; mask < (1U << blocks); mask += 3) {
          view_shape shape{per_block, skew, size, {}};
          for (std::size_t block = 0; block < blocks; ++block) {
            shape.apart.push_back(block != 0 && ((mask >> block) & 1U) != 0);
          }
          all.push_back(shape);
        }
      }
    }
  }
  return all;
}

std::vector<int> counting(std::size_t size) {
  std::vector<int> expected(size);
  std::iota(expected.begin(), expected.end(), 0);
  return expected;
}

TEST(view_iterator, passes_every_element_in_order_both_ways) {
  for (const view_shape& shape : view_shapes()) {
    const scattered blocks(shape.apart.size(), shape.per_block, shape.skew, shape.size, shape.apart);
    const view_iterator<int> begin(blocks.map, 0);
    const view_iterator<int> end(blocks.map, shape.size);
    auto expected = counting(shape.size);
    ASSERT_EQ(std::vector<int>(begin, end), expected);
    std::reverse(expected.begin(), expected.end());
    ASSERT_EQ(std::vector<int>(std::reverse_iterator(end), std::reverse_iterator(begin)), expected);
  }
}

TEST(view_iterator, jumps_and_measures_distances) {
  for (const view_shape& shape : view_shapes()) {
    const scattered blocks(shape.apart.size(), shape.per_block, shape.skew, shape.size, shape.apart);
    const view_iterator<int> begin(blocks.map, 0);
    const auto size = static_cast<std::ptrdiff_t>(shape.size);
    for (std::ptrdiff_t from = 0; from <= size; ++from) {
      for (std::ptrdiff_t to = 0; to <= size; ++to) {
        const auto there = (begin + from) + (to - from);
        ASSERT_EQ(there, begin + to);
        ASSERT_EQ(there - (begin + from), to - from);
        ASSERT_EQ(there < begin + from, to < from);
        if (to < size) {
          ASSERT_EQ(*there, to);
          ASSERT_EQ((begin + from)[to - from], to);
        }
      }
    }
  }
}

TEST(view_iterator, walks_a_view_of_one_run_without_a_map) {
  auto numbers = counting(7);
  const view_iterator<int> begin(numbers.data(), numbers.size(), 0);
  const view_iterator<int> end(numbers.data(), numbers.size(), numbers.size());
  EXPECT_EQ(std::vector<int>(begin, end), numbers);
  EXPECT_EQ(end - begin, 7);
  EXPECT_EQ(*(end - 3), 4);
  EXPECT_EQ(begin + 7, end);
}

TEST(view_iterator, sorts_across_runs) {
  const std::vector<bool> apart{false, true, false, true};
  scattered blocks(4, 4, 1, 15, apart);
  const view_iterator<int> begin(blocks.map, 0);
  const view_iterator<int> end(blocks.map, 15);
  std::shuffle(begin, end, std::mt19937(7));
  ASSERT_FALSE(std::is_sorted(begin, end));
  std::sort(begin, end);
  EXPECT_EQ(std::vector<int>(begin, end), counting(15));
}

TEST(view_chunks, are_as_few_as_the_memory_allows) {
  for (const view_shape& shape : view_shapes()) {
    const scattered blocks(shape.apart.size(), shape.per_block, shape.skew, shape.size, shape.apart);
    const view_chunks<int> runs({blocks.map, 0}, {blocks.map, shape.size});
    std::vector<int> joined;
    std::ptrdiff_t count = 0;
    for (const std::span<int> run : runs) {
      ASSERT_FALSE(run.empty());
      joined.insert(joined.end(), run.begin(), run.end());
      ++count;
    }
    ASSERT_EQ(joined, counting(shape.size));
    ASSERT_EQ(count, 1 + std::count(shape.apart.begin(), shape.apart.end(), true));
  }
}

TEST(view_chunks, end_with_a_padded_block) {
  // Elements of 12 bytes, five to a block of 64: the blocks lie side by side, their elements do not.
  struct element {
    int values[3];
  };
  alignas(64) std::array<int, 32> memory{};
  view_map<element> map;
  map.per_block = divider(5);
  map.blocks = {{reinterpret_cast<element*>(memory.data()), 0}, {reinterpret_cast<element*>(memory.data() + 16), 0}};
  map.find_runs(10);
  const view_chunks<element> runs({map, 0}, {map, 10});
  ASSERT_EQ(std::ranges::distance(runs), 2);
  for (const std::span<element> run : runs) {
    EXPECT_EQ(run.size(), 5U);
  }
}

TEST(view, is_empty_by_default) {
  const reader none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.begin(), none.end());
  EXPECT_TRUE(none.chunks().empty());
  const local_guard nothing;
  EXPECT_TRUE(nothing.empty());
  EXPECT_EQ(nothing.begin(), nothing.end());
}

struct particle {};

TEST(type_name, is_what_a_programmer_writes) {
  EXPECT_STREQ(type_name<double>(), "double");
  EXPECT_STREQ(type_name<int>(), "int");
  EXPECT_NE(std::string_view(type_name<particle>()).find("particle"), std::string_view::npos);
  EXPECT_EQ(std::string_view(type_name<particle>()).find_first_of("[]=;"), std::string_view::npos);
}

}  // namespace
}  // namespace liana::detail
