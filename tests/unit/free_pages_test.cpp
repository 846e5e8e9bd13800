#include "runtime/cache/free_pages.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace liana::detail {
namespace {

TEST(free_pages, of_no_pages_finds_nothing) {
  free_pages none(0);
  EXPECT_EQ(none.find(1), std::nullopt);
}

TEST(free_pages, continues_where_the_last_search_ended_and_comes_round) {
  free_pages pages(100);
  EXPECT_EQ(pages.find(10), 0U);
  EXPECT_EQ(pages.find(10), 10U);
  pages.look_first_at(95);
  EXPECT_EQ(pages.find(5), 95U);
  EXPECT_EQ(pages.find(1), 0U);
  pages.look_first_at(95);
  EXPECT_EQ(pages.find(100), 0U) << "a row that begins before and ends after the place where the search began";
}

TEST(free_pages, finds_a_row_across_words) {
  free_pages pages(256);
  pages.take(0, 256);
  EXPECT_EQ(pages.free(), 0U);
  EXPECT_EQ(pages.find(1), std::nullopt);
  pages.give(60, 70);
  EXPECT_EQ(pages.find(71), std::nullopt);
  EXPECT_EQ(pages.find(70), 60U);
}

TEST(free_pages, joins_rows_after_a_search_has_failed) {
  free_pages pages(200);
  pages.take(0, 200);
  pages.give(10, 50);
  pages.give(61, 60);
  EXPECT_EQ(pages.find(61), std::nullopt);
  pages.give(60, 1);
  EXPECT_EQ(pages.find(111), 10U);
}

TEST(free_pages, agrees_with_a_row_of_flags) {
  std::mt19937 random(7);
  const auto below = [&](std::uint64_t bound) {
    return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(random);
  };
  constexpr std::uint64_t size = 333;
  free_pages pages(size);
  std::vector<bool> taken(size);
  const auto all_are = [&](std::uint64_t first, std::uint64_t count, bool wanted) {
    for (std::uint64_t i = first; i < first + count; ++i) {
      if (taken[i] != wanted) {
        return false;
      }
    }
    return true;
  };
  const auto exists = [&](std::uint64_t count) {
    for (std::uint64_t first = 0; first + count <= size; ++first) {
      if (all_are(first, count, false)) {
        return true;
      }
    }
    return false;
  };
  struct run {
    std::uint64_t first;
    std::uint64_t count;
  };
  std::vector<run> runs;
  int failures = 0;
  for (int step = 0; step < 20000; ++step) {
    if (runs.empty() || below(100) < 55) {
      const std::uint64_t count = 1 + below(step % 2 == 0 ? 3 : 90);
      const std::optional<std::uint64_t> found = pages.find(count);
      ASSERT_EQ(found.has_value(), exists(count)) << count << " pages in step " << step;
      if (!found) {
        ++failures;
        continue;
      }
      ASSERT_LE(*found + count, size);
      ASSERT_TRUE(all_are(*found, count, false));
      pages.take(*found, count);
      std::fill_n(taken.begin() + static_cast<std::ptrdiff_t>(*found), count, true);
      runs.push_back({*found, count});
    } else {
      std::swap(runs[below(runs.size())], runs.back());
      pages.give(runs.back().first, runs.back().count);
      std::fill_n(taken.begin() + static_cast<std::ptrdiff_t>(runs.back().first), runs.back().count, false);
      runs.pop_back();
    }
    ASSERT_EQ(pages.free(), static_cast<std::uint64_t>(std::count(taken.begin(), taken.end(), false)));
  }
  EXPECT_GT(failures, 1000);
}

}  // namespace
}  // namespace liana::detail
