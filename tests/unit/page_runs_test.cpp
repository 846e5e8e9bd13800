#include "allocator/page_runs.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <ostream>
#include <random>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace liana::allocator {

static std::ostream& operator<<(std::ostream& out, const page_run& run) {
  return out << "pages " << run.first << " to " << run.end();
}

namespace {

page_run placed(page_runs& runs, const run_request& request) {
  const std::optional<page_run> run = runs.place(request);
  EXPECT_TRUE(run);
  runs.take(*run);
  runs.touch(*run);
  return *run;
}

/// Free runs of `lengths` pages, in this order, with one used page after each.
page_runs comb(const std::vector<std::uint64_t>& lengths) {
  std::uint64_t total = 0;
  for (const std::uint64_t length : lengths) {
    total += length + 1;
  }
  page_runs runs(total);
  std::uint64_t page = 0;
  for (const std::uint64_t length : lengths) {
    runs.take({page + length, 1});
    page += length + 1;
  }
  return runs;
}

TEST(page_runs, starts_as_one_free_untouched_run) {
  const page_runs runs(16);
  EXPECT_EQ(runs.pages(), 16U);
  EXPECT_EQ(runs.free_pages(), 16U);
  EXPECT_EQ(runs.largest(), 16U);
  EXPECT_EQ(runs.untouched({0, 16}), (std::vector<page_run>{{0, 16}}));
}

TEST(page_runs, refuses_a_pool_without_pages) { EXPECT_THROW(page_runs(0), std::invalid_argument); }

TEST(page_runs, places_at_the_lowest_page_and_takes_nothing_by_it) {
  const page_runs runs(16);
  EXPECT_EQ(runs.place({.data_pages = 3}), (page_run{0, 3}));
  EXPECT_EQ(runs.place({.data_pages = 3}), (page_run{0, 3}));
  EXPECT_EQ(runs.free_pages(), 16U);
}

TEST(page_runs, aligns_the_anchor_and_not_the_entries) {
  const page_runs runs(64);
  EXPECT_EQ(runs.place({.entry_pages = 3, .data_pages = 5, .alignment = 8}), (page_run{5, 8}));
  EXPECT_EQ(runs.place({.entry_pages = 9, .data_pages = 8, .alignment = 8}), (page_run{7, 17}));
}

TEST(page_runs, never_puts_an_anchor_with_entries_at_the_origin) {
  EXPECT_EQ(page_runs(16).place({.entry_pages = 1, .data_pages = 8, .alignment = 8}), (page_run{7, 9}));
  EXPECT_FALSE(page_runs(15).place({.entry_pages = 1, .data_pages = 8, .alignment = 8}));
}

TEST(page_runs, keeps_free_what_alignment_cuts_off) {
  page_runs runs(64);
  const page_run taken = placed(runs, {.entry_pages = 1, .data_pages = 8, .alignment = 8});
  EXPECT_EQ(taken, (page_run{7, 9}));
  EXPECT_EQ(runs.free_pages(), 55U);
  EXPECT_EQ(placed(runs, {.data_pages = 7}), (page_run{0, 7})) << "the gap below is the best fit";
  EXPECT_EQ(placed(runs, {.data_pages = 48}), (page_run{16, 48}));
  EXPECT_EQ(runs.free_pages(), 0U);
  EXPECT_EQ(runs.largest(), 0U);
  EXPECT_FALSE(runs.place({}));
}

TEST(page_runs, prefers_the_shortest_run_that_fits) {
  const page_runs runs = comb({9, 4, 6, 3, 20});
  EXPECT_EQ(runs.place({.data_pages = 3}), (page_run{22, 3}));
  EXPECT_EQ(runs.place({.data_pages = 4}), (page_run{10, 4}));
  EXPECT_EQ(runs.place({.data_pages = 5}), (page_run{15, 5}));
  EXPECT_EQ(runs.place({.data_pages = 10}), (page_run{26, 10}));
}

TEST(page_runs, passes_over_a_run_that_is_long_enough_but_badly_aligned) {
  // Free: pages 1 to 9, where no 8 pages start at a multiple of 8, and 11 to 31.
  page_runs runs(32);
  runs.take({0, 1});
  runs.take({10, 1});
  EXPECT_EQ(runs.place({.data_pages = 8}), (page_run{1, 8}));
  EXPECT_EQ(runs.place({.data_pages = 8, .alignment = 8}), (page_run{16, 8}));
}

TEST(page_runs, prefers_touched_pages_among_runs_of_one_length_only) {
  page_runs runs = comb({4, 4, 4, 2});
  runs.touch({10, 4});
  EXPECT_EQ(runs.place({.data_pages = 3}), (page_run{10, 3}));
  runs.touch({6, 1});
  EXPECT_EQ(runs.place({.data_pages = 3}), (page_run{10, 3}));
  EXPECT_EQ(runs.place({.data_pages = 2}), (page_run{15, 2})) << "the better fit, though it is untouched";
}

TEST(page_runs, respects_the_bounds_of_the_request) {
  const page_runs runs(64);
  EXPECT_EQ(runs.place({.data_pages = 8, .lowest = 20}), (page_run{20, 8}));
  EXPECT_EQ(runs.place({.data_pages = 8, .lowest = 56}), (page_run{56, 8}));
  EXPECT_FALSE(runs.place({.data_pages = 8, .lowest = 57}));
  EXPECT_EQ(runs.place({.data_pages = 8, .end = 8}), (page_run{0, 8}));
  EXPECT_FALSE(runs.place({.data_pages = 8, .end = 7}));
  EXPECT_FALSE(runs.place({.data_pages = 1, .lowest = 64}));
  EXPECT_FALSE(runs.place({.data_pages = 65}));
}

TEST(page_runs, joins_a_run_with_both_neighbours) {
  for (const std::vector<page_run>& order : std::vector<std::vector<page_run>>{
           {{0, 4}, {4, 4}, {8, 8}}, {{0, 4}, {8, 8}, {4, 4}}, {{8, 8}, {4, 4}, {0, 4}}, {{4, 4}, {8, 8}, {0, 4}}}) {
    page_runs runs(16);
    runs.take({0, 16});
    for (const page_run run : order) {
      runs.give(run);
    }
    EXPECT_EQ(runs.largest(), 16U);
    EXPECT_EQ(runs.free_pages(), 16U);
    EXPECT_EQ(runs.place({.data_pages = 16}), (page_run{0, 16}));
  }
}

TEST(page_runs, does_not_join_runs_across_a_used_page) {
  page_runs runs(16);
  runs.take({0, 16});
  runs.give({0, 7});
  runs.give({8, 8});
  EXPECT_EQ(runs.largest(), 8U);
  EXPECT_EQ(runs.free_pages(), 15U);
  EXPECT_FALSE(runs.place({.data_pages = 9}));
}

TEST(page_runs, reports_what_is_taken_or_given_twice) {
  page_runs runs(16);
  runs.take({4, 4});
  EXPECT_THROW(runs.take({4, 1}), std::logic_error);
  EXPECT_THROW(runs.take({3, 2}), std::logic_error);
  EXPECT_THROW(runs.take({8, 9}), std::logic_error);
  EXPECT_THROW(runs.take({0, 0}), std::logic_error);
  EXPECT_THROW(runs.give({3, 2}), std::logic_error);
  EXPECT_THROW(runs.give({7, 2}), std::logic_error);
  EXPECT_THROW(runs.give({12, 1}), std::logic_error);
  EXPECT_THROW(runs.give({15, 2}), std::logic_error);
  EXPECT_EQ(runs.free_pages(), 12U);
  runs.give({4, 4});
  EXPECT_EQ(runs.largest(), 16U);
}

TEST(page_runs, touching_leaves_the_untouched_parts_on_either_side) {
  page_runs runs(32);
  runs.touch({8, 4});
  runs.touch({20, 2});
  EXPECT_EQ(runs.untouched({0, 32}), (std::vector<page_run>{{0, 8}, {12, 8}, {22, 10}}));
  EXPECT_EQ(runs.untouched({4, 10}), (std::vector<page_run>{{4, 4}, {12, 2}}));
  EXPECT_TRUE(runs.untouched({8, 4}).empty());
  runs.touch({6, 20});
  EXPECT_EQ(runs.untouched({0, 32}), (std::vector<page_run>{{0, 6}, {26, 6}}));
  runs.touch({6, 20});
  EXPECT_EQ(runs.untouched({0, 32}), (std::vector<page_run>{{0, 6}, {26, 6}}));
}

/// Free and touched pages as plain bits, against which the intervals are checked.
struct page_model {
  explicit page_model(std::uint64_t pages) : free(pages, true), touched(pages, false) {}

  /// Length of the shortest maximal free run that can hold `request`; 0 if none can.
  [[nodiscard]] std::uint64_t best_length(const run_request& request) const {
    std::uint64_t best = 0;
    for (std::uint64_t first = 0; first < free.size();) {
      std::uint64_t end = first;
      while (end < free.size() && free[end]) {
        ++end;
      }
      for (std::uint64_t start = first; start + request.pages() <= end; ++start) {
        if ((start + request.entry_pages) % request.alignment == 0 && (best == 0 || end - first < best)) {
          best = end - first;
        }
      }
      first = end + 1;
    }
    return best;
  }

  [[nodiscard]] std::uint64_t run_around(std::uint64_t page) const {
    std::uint64_t first = page;
    while (first > 0 && free[first - 1]) {
      --first;
    }
    std::uint64_t end = page;
    while (end < free.size() && free[end]) {
      ++end;
    }
    return end - first;
  }

  [[nodiscard]] std::uint64_t longest() const {
    std::uint64_t longest = 0;
    std::uint64_t current = 0;
    for (const bool is_free : free) {
      current = is_free ? current + 1 : 0;
      longest = std::max(longest, current);
    }
    return longest;
  }

  std::vector<bool> free;
  std::vector<bool> touched;
};

class page_runs_random : public testing::TestWithParam<unsigned> {};

TEST_P(page_runs_random, agrees_with_a_model_of_single_pages) {
  SCOPED_TRACE(testing::Message() << "seed " << GetParam());
  std::mt19937 random(GetParam());
  const auto below = [&random](std::uint64_t bound) {
    return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(random);
  };
  const std::uint64_t pages = 40 + below(200);
  page_runs runs(pages);
  page_model model(pages);
  std::vector<page_run> live;
  for (int step = 0; step < 3000; ++step) {
    if (live.empty() || below(100) < 55) {
      const run_request request{
          .entry_pages = below(2) * below(5), .data_pages = 1 + below(12), .alignment = std::uint64_t{1} << below(5)};
      const std::optional<page_run> run = runs.place(request);
      const std::uint64_t best = model.best_length(request);
      ASSERT_EQ(run.has_value(), best != 0);
      if (!run) {
        continue;
      }
      ASSERT_EQ(run->pages, request.pages());
      ASSERT_EQ((run->first + request.entry_pages) % request.alignment, 0U);
      ASSERT_EQ(model.run_around(run->first), best) << "not the best fit";
      std::vector<bool> untouched(pages);
      for (const page_run part : runs.untouched(*run)) {
        for (std::uint64_t page = part.first; page < part.end(); ++page) {
          untouched[page] = true;
        }
      }
      for (std::uint64_t page = run->first; page < run->end(); ++page) {
        ASSERT_TRUE(model.free[page]);
        ASSERT_EQ(untouched[page], !model.touched[page]);
        model.free[page] = false;
        model.touched[page] = true;
      }
      runs.take(*run);
      runs.touch(*run);
      live.push_back(*run);
    } else {
      const std::uint64_t victim = below(live.size());
      runs.give(live[victim]);
      for (std::uint64_t page = live[victim].first; page < live[victim].end(); ++page) {
        model.free[page] = true;
      }
      live[victim] = live.back();
      live.pop_back();
    }
    ASSERT_EQ(runs.free_pages(), static_cast<std::uint64_t>(std::count(model.free.begin(), model.free.end(), true)));
    ASSERT_EQ(runs.largest(), model.longest());
  }
  for (const page_run run : live) {
    runs.give(run);
  }
  EXPECT_EQ(runs.largest(), pages);
}

INSTANTIATE_TEST_SUITE_P(seeds, page_runs_random, testing::Range(1U, 13U));

}  // namespace
}  // namespace liana::allocator
