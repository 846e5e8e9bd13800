#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <liana/array.hpp>
#include <liana/detail/address.hpp>
#include <liana/detail/array_access.hpp>
#include <liana/detail/array_storage.hpp>
#include <liana/error.hpp>
#include <liana/global_ptr.hpp>

namespace liana::detail {
namespace {

struct shape {
  std::size_t size;
  std::size_t element_bytes;
  unsigned block_log2;
  liana::layout layout;
  rank_t ranks;
};

std::size_t elements_in_block(const shape& of) { return (std::size_t{1} << of.block_log2) / of.element_bytes; }
std::size_t blocks_of_shape(const shape& of) { return (of.size + elements_in_block(of) - 1) / elements_in_block(of); }

/// Each rank's part begins somewhere else, so that a wrong rank cannot give a right address.
address start_of_part(const shape& of, rank_t rank) {
  constexpr unsigned extent_log2 = 30;
  const std::uint64_t offset = (static_cast<std::uint64_t>(rank) * 3 + 1) << std::max(of.block_log2, 13U);
  return address::make(rank, of.block_log2, extent_log2, offset);
}

array_storage make_storage(const shape& of, rank_t here) {
  const std::size_t blocks = blocks_of_shape(of);
  const auto ranks = static_cast<std::size_t>(of.ranks);
  array_storage made;
  made.size = of.size;
  made.element_bytes = of.element_bytes;
  made.block_log2 = of.block_log2;
  made.layout = of.layout;
  made.blocks = blocks;
  made.rank = here;
  made.ranks = of.ranks;
  made.per_block = divider(elements_in_block(of));
  made.per_rank = divider(std::max<std::size_t>(1, (blocks + ranks - 1) / ranks));
  made.by_ranks = divider(ranks);
  for (rank_t rank = 0; rank < of.ranks; ++rank) {
    made.first.push_back(blocks_of(made, rank) == 0 ? address() : start_of_part(of, rank));
  }
  return made;
}

/// Deals the blocks out one by one, as liana/array.hpp says, and knows nothing of divisions: the address of each
/// element.
std::vector<address> deal_out(const shape& of) {
  const auto ranks = static_cast<std::size_t>(of.ranks);
  const std::size_t blocks = blocks_of_shape(of);
  std::size_t run = 0;  // the fewest blocks for each rank that leave none over
  while (run * ranks < blocks) {
    ++run;
  }
  std::vector<address> next(ranks);
  for (rank_t rank = 0; rank < of.ranks; ++rank) {
    next[static_cast<std::size_t>(rank)] = start_of_part(of, rank);
  }
  std::vector<std::size_t> dealt(ranks, 0);
  std::vector<address> elements;
  std::size_t home = 0;
  for (std::size_t block = 0; block < blocks; ++block) {
    if (of.layout == layout::blocked && dealt[home] == run) {
      ++home;
    }
    for (std::size_t i = 0; i < elements_in_block(of) && elements.size() < of.size; ++i) {
      elements.push_back(next[home].advanced(static_cast<std::int64_t>(i * of.element_bytes)));
    }
    next[home] = next[home].advanced(std::int64_t{1} << of.block_log2);
    ++dealt[home];
    if (of.layout == layout::cyclic) {
      home = (home + 1) % ranks;
    }
  }
  return elements;
}

std::vector<shape> shapes() {
  std::vector<shape> all;
  for (const auto layout : {layout::blocked, layout::cyclic}) {
    for (const rank_t ranks : {1, 2, 3, 5, 8}) {
      for (const std::size_t element : {1U, 3U, 8U, 12U, 24U, 64U, 100U}) {
        for (const unsigned log2 : {3U, 4U, 6U, 7U, 12U, 14U}) {
          if ((std::size_t{1} << log2) < element) {
            continue;
          }
          for (const std::size_t size : {0U, 1U, 7U, 8U, 9U, 512U, 513U, 2999U}) {
            all.push_back({size, element, log2, layout, ranks});
          }
        }
      }
    }
  }
  return all;
}

testing::Message describe(const shape& of) {
  return testing::Message() << of.size << " elements of " << of.element_bytes << " bytes, blocks 2^" << of.block_log2
                            << (of.layout == layout::blocked ? ", blocked, " : ", cyclic, ") << of.ranks << " ranks";
}

TEST(array_layout, puts_each_element_where_dealing_out_the_blocks_puts_it) {
  for (const shape& of : shapes()) {
    SCOPED_TRACE(describe(of));
    const array_storage storage = make_storage(of, 0);
    const auto expected = deal_out(of);
    ASSERT_EQ(expected.size(), of.size);
    for (std::size_t i = 0; i < of.size; ++i) {
      ASSERT_EQ(storage.element(i), expected[i]) << "element " << i;
      ASSERT_EQ(storage.home_of_block(storage.find(i).block), expected[i].home()) << "element " << i;
    }
  }
}

TEST(array_layout, elements_do_not_straddle_blocks) {
  for (const shape& of : shapes()) {
    SCOPED_TRACE(describe(of));
    const array_storage storage = make_storage(of, 0);
    for (std::size_t i = 0; i < of.size; ++i) {
      const address at = storage.element(i);
      ASSERT_LE(at.offset_in_block() + of.element_bytes, at.block_bytes()) << "element " << i;
    }
  }
}

TEST(array_layout, counts_blocks_and_elements_of_each_rank) {
  for (const shape& of : shapes()) {
    SCOPED_TRACE(describe(of));
    const array_storage storage = make_storage(of, 0);
    const auto expected = deal_out(of);
    for (rank_t rank = 0; rank < of.ranks; ++rank) {
      std::size_t elements = 0;
      std::vector<std::uint64_t> blocks;
      for (const address at : expected) {
        if (at.home() != rank) {
          continue;
        }
        ++elements;
        if (blocks.empty() || blocks.back() != at.block().bits()) {
          blocks.push_back(at.block().bits());
        }
      }
      EXPECT_EQ(elements_of(storage, rank), elements) << "rank " << rank;
      EXPECT_EQ(blocks_of(storage, rank), blocks.size()) << "rank " << rank;
      std::vector<std::uint64_t> own;
      for (const address each : own_blocks(make_storage(of, rank))) {
        own.push_back(each.bits());
      }
      EXPECT_EQ(own, blocks) << "rank " << rank;
    }
  }
}

TEST(array_layout, gives_each_rank_one_run_of_elements_when_blocked) {
  for (const shape& of : shapes()) {
    if (of.layout != layout::blocked) {
      continue;
    }
    SCOPED_TRACE(describe(of));
    const array_storage storage = make_storage(of, 0);
    std::size_t next = 0;
    for (rank_t rank = 0; rank < of.ranks; ++rank) {
      const auto [first, last] = run_of(storage, rank);
      EXPECT_EQ(first, next) << "rank " << rank;
      EXPECT_EQ(last - first, elements_of(storage, rank)) << "rank " << rank;
      for (std::size_t i = first; i < last; ++i) {
        ASSERT_EQ(storage.element(i).home(), rank) << "element " << i;
      }
      next = last;
    }
    EXPECT_EQ(next, of.size);
  }
}

TEST(array_layout, lists_the_blocks_of_a_range_once_each) {
  const shape of{.size = 200, .element_bytes = 24, .block_log2 = 7, .layout = layout::cyclic, .ranks = 3};
  const array_storage storage = make_storage(of, 0);
  for (std::size_t first = 0; first < of.size; ++first) {
    for (std::size_t count = 1; count <= of.size - first; count += 3) {
      std::vector<address> expected;
      for (std::size_t i = first; i < first + count; ++i) {
        const address block = storage.element(i).block();
        if (expected.empty() || expected.back() != block) {
          expected.push_back(block);
        }
      }
      ASSERT_EQ(blocks_of_range(storage, first, count), expected) << "from " << first << ", " << count << " elements";
    }
  }
}

TEST(divider, divides_exactly) {
  std::mt19937_64 random(1);
  std::vector<std::uint64_t> divisors;
  for (std::uint64_t d = 1; d <= 1100; ++d) {
    divisors.push_back(d);
  }
  for (unsigned log2 = 11; log2 < 43; ++log2) {
    const std::uint64_t power = std::uint64_t{1} << log2;
    divisors.insert(divisors.end(), {power - 1, power, power + 1, power + random() % power});
  }
  for (const std::uint64_t d : divisors) {
    const divider divide(d);
    ASSERT_EQ(divide.divisor(), d);
    // A quotient that is wrong anywhere is wrong at a multiple of the divisor or just below one.
    const std::uint64_t most = (std::uint64_t{1} << 44U) - 1;
    std::vector<std::uint64_t> multiples{0, 1, 2, most / d - 1, most / d};
    for (int i = 0; i < 50; ++i) {
      multiples.push_back(random() % (most / d + 1));
    }
    for (const std::uint64_t multiple : multiples) {
      const std::uint64_t n = multiple * d;
      ASSERT_EQ(divide(n), multiple) << n << " / " << d;
      if (n > 0) {
        ASSERT_EQ(divide(n - 1), multiple - 1) << n - 1 << " / " << d;
      }
    }
    ASSERT_EQ(divide(most), most / d) << most << " / " << d;
  }
}

TEST(divider, divides_by_one_unless_told_otherwise) {
  const divider divide;
  EXPECT_EQ(divide.divisor(), 1U);
  EXPECT_EQ(divide(0), 0U);
  EXPECT_EQ(divide((std::uint64_t{1} << 44U) - 1), (std::uint64_t{1} << 44U) - 1);
}

TEST(pointer_arithmetic, moves_over_padded_blocks_as_counting_does) {
  for (const std::size_t element : {1U, 3U, 5U, 8U, 12U, 16U, 24U, 40U, 64U}) {
    for (const unsigned log2 : {3U, 4U, 6U, 7U, 12U}) {
      if ((std::size_t{1} << log2) < element) {
        continue;
      }
      const shape of{.size = 150, .element_bytes = element, .block_log2 = log2, .layout = layout::blocked, .ranks = 1};
      SCOPED_TRACE(describe(of));
      const auto elements = deal_out(of);
      for (std::size_t i = 0; i < elements.size(); ++i) {
        for (std::size_t j = 0; j < elements.size(); ++j) {
          const auto distance = static_cast<std::int64_t>(j) - static_cast<std::int64_t>(i);
          ASSERT_EQ(step(elements[i], distance, element), elements[j]) << i << " to " << j;
          ASSERT_EQ(steps_between(elements[i], elements[j], element), distance) << i << " to " << j;
        }
      }
    }
  }
}

std::string refusal(const array_storage* storage, std::size_t first, std::size_t count) {
  try {
    require_range(storage, "array::test", first, count);
  } catch (const usage_error& refused) {
    return refused.what();
  }
  return "accepted";
}

TEST(array_range, is_refused_with_index_and_size) {
  const array_storage storage =
      make_storage({.size = 10, .element_bytes = 8, .block_log2 = 6, .layout = layout::blocked, .ranks = 2}, 0);
  EXPECT_EQ(refusal(&storage, 0, 10), "accepted");
  EXPECT_EQ(refusal(&storage, 10, 0), "accepted");
  EXPECT_EQ(refusal(&storage, 9, 1), "accepted");
  EXPECT_EQ(refusal(&storage, 10, 1), "array::test: index 10 is out of range: the array has 10 elements");
  EXPECT_EQ(refusal(&storage, 4, 7),
            "array::test: 7 elements from index 4 on are out of range: the array has 10 elements");
  EXPECT_NE(refusal(&storage, 11, 0), "accepted");
  // first + count is 9 in 64 bits.
  EXPECT_EQ(refusal(&storage, SIZE_MAX, 10),
            "array::test: 10 elements from index 18446744073709551615 on are out of range: the array has 10 elements");
}

TEST(array_range, is_refused_without_an_array) {
  EXPECT_EQ(refusal(nullptr, 0, 0), "array::test: the handle refers to no array; liana::make_array makes one");
  array_storage destroyed =
      make_storage({.size = 10, .element_bytes = 8, .block_log2 = 6, .layout = layout::blocked, .ranks = 2}, 0);
  destroyed.number = 3;
  destroyed.alive = false;
  EXPECT_EQ(
      refusal(&destroyed, 0, 1),
      "array::test: the array (number 3 of its runtime, 10 elements) is gone: it was destroyed or its runtime has "
      "ended");
}

struct padded {
  double values[3];
};

template <class Array>
concept has_local = requires(const Array& a) {
  a.local();
};
template <class Array>
concept has_write_local = requires(const Array& a) {
  a.write_local();
};

// One contiguous range is promised only where blocks are not padded.
static_assert(has_local<array<double>> && has_write_local<array<double>>);
static_assert(!has_local<array<padded>> && !has_write_local<array<padded>>);

TEST(array_handle, is_empty_until_it_refers_to_an_array) {
  const array<double> none;
  EXPECT_FALSE(none);
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.size(), 0U);
  EXPECT_EQ(none, array<double>());
  EXPECT_THROW((void)none.ptr(0), usage_error);
  EXPECT_THROW((void)none.read(0, 0), usage_error);
  EXPECT_THROW((void)none.local_range(), usage_error);
}

TEST(array_handle, has_one_range_of_elements_only_when_blocked) {
  shape of{.size = 100, .element_bytes = sizeof(double), .block_log2 = 6, .layout = layout::blocked, .ranks = 3};
  const array<double> blocked(std::make_shared<array_storage>(make_storage(of, 1)));
  EXPECT_EQ(blocked.local_range(), (std::pair<std::size_t, std::size_t>(40, 80)));
  of.layout = layout::cyclic;
  const array<double> cyclic(std::make_shared<array_storage>(make_storage(of, 1)));
  EXPECT_THROW((void)cyclic.local_range(), usage_error);
}

}  // namespace
}  // namespace liana::detail
