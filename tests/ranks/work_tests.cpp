// Loops and queues of work that ranks share.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/ranks/support.hpp"

namespace {

using namespace liana_tests;

/// How often each iteration has run, on all ranks together. Collective.
std::vector<int> runs_of(std::size_t first, std::size_t last, liana::parallel_for_options with) {
  auto runs = liana::make_atomic_array<std::int32_t>(last + 1);
  liana::parallel_for(
      first, last, [&](std::size_t i) { runs[i].fetch_add(1); }, with);
  std::vector<std::int32_t> all(last + 1);
  runs.load(0, all);
  liana::barrier();
  liana::destroy(runs);
  return {all.begin(), all.end()};
}

TEST(parallel_for, runs_each_iteration_once) {
  for (const auto how : {liana::schedule::fixed, liana::schedule::counter, liana::schedule::stealing}) {
    for (const auto& [first, last] : {std::pair<std::size_t, std::size_t>{0, 0}, {0, 1}, {3, 3}, {5, 4}, {10, 107}}) {
      for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, std::size_t{1000}, SIZE_MAX}) {
        const auto runs = runs_of(first, last, {.schedule = how, .chunk = chunk});
        for (std::size_t i = 0; i < runs.size(); ++i) {
          EXPECT_EQ(runs[i], i >= first && i < last ? 1 : 0) << i << " of " << first << " to " << last;
        }
      }
    }
  }
}

TEST(parallel_for, gives_ranges_to_whoever_takes_ranges) {
  for (const auto how : {liana::schedule::fixed, liana::schedule::counter, liana::schedule::stealing}) {
    std::size_t mine = 0;
    liana::parallel_for(100, 350,
                        [&](std::size_t begin, std::size_t end) {
                          EXPECT_TRUE(100 <= begin && begin < end && end <= 350);
                          mine += end - begin;
                        },
                        {.schedule = how, .chunk = 16});
    EXPECT_EQ(liana::all_reduce(mine, std::plus<>()), 250U);
  }
}

TEST(parallel_for, deals_out_as_many_iterations_as_there_are_numbers) {
  for (const auto how : {liana::schedule::fixed, liana::schedule::counter, liana::schedule::stealing}) {
    std::size_t mine = 0;
    liana::parallel_for(0, SIZE_MAX, [&](std::size_t begin, std::size_t end) { mine += end - begin; },
                        {.schedule = how, .chunk = SIZE_MAX / 5});
    EXPECT_EQ(liana::all_reduce(mine, std::plus<>()), SIZE_MAX);
  }
}

// Where all ranks leave the loop in the same way they agree, and can go on.
TEST(parallel_for, can_be_begun_again_after_all_ranks_have_left_it_by_an_exception) {
  const auto ranks = static_cast<std::size_t>(liana::size());
  EXPECT_THROW(liana::parallel_for(0, 100 * ranks, [](std::size_t) { throw 1; }), int);
  liana::barrier();
  std::size_t mine = 0;
  liana::parallel_for(0, 100 * ranks, [&](std::size_t) { ++mine; });
  EXPECT_EQ(liana::all_reduce(mine, std::plus<>()), 100 * ranks);
}

// One rank's iterations last longer than all of the others': these take over what it has not begun.
TEST(parallel_for, lets_others_help_a_rank_that_is_late) {
  if (liana::size() == 1) GTEST_SKIP() << "needs two ranks";
  for (const auto how : {liana::schedule::counter, liana::schedule::stealing}) {
    constexpr std::size_t iterations = 64;
    const auto entered = liana::broadcast(liana::make_atomic<std::int32_t>(), 0);
    const auto left = liana::broadcast(liana::make_atomic<std::int32_t>(), 0);
    std::size_t mine = 0;
    liana::parallel_for(0, iterations,
                        [&](std::size_t) {
                          ++mine;
                          if (liana::rank() == 0 && mine == 1) {
                            entered.store(1);
                            while (left.load() != static_cast<std::int32_t>(iterations) - 1) std::this_thread::yield();
                          } else {
                            while (entered.load() == 0) std::this_thread::yield();
                            left.fetch_add(1);
                          }
                        },
                        {.schedule = how});
    EXPECT_TRUE(liana::rank() != 0 || mine == 1);
  }
}

TEST(parallel_for, refuses_what_ranks_do_not_agree_on) {
  EXPECT_TRUE(throws_naming<liana::usage_error>([] { liana::parallel_for(0, 10, [](std::size_t) {}, {.chunk = 0}); },
                                                {"parallel_for", "chunk"}));
}

struct node {
  std::uint32_t depth;
  std::uint32_t number;
};

/// The nodes of a tree in which node i of a level has i % 4 children, done by all ranks from one root.
std::uint64_t count_tree(liana::work_queue<node>& queue, std::uint32_t depth) {
  std::uint64_t done = 0;
  while (const std::optional<node> item = queue.pop()) {
    ++done;
    for (std::uint32_t child = 0; item->depth < depth && child < item->number % 4; ++child) {
      queue.push({.depth = item->depth + 1, .number = item->number * 3 + child});
    }
  }
  return liana::all_reduce(done, std::plus<>());
}

std::uint64_t count_alone(const node& from, std::uint32_t depth) {
  std::uint64_t done = 1;
  for (std::uint32_t child = 0; from.depth < depth && child < from.number % 4; ++child) {
    done += count_alone({.depth = from.depth + 1, .number = from.number * 3 + child}, depth);
  }
  return done;
}

TEST(work_queue, does_each_item_once_wherever_it_comes_from) {
  const node root{.depth = 0, .number = 3};
  const auto depth = static_cast<std::uint32_t>(repetitions(10));
  const std::uint64_t expected = count_alone(root, depth);
  for (const std::size_t items : {std::size_t{1}, std::size_t{2}, std::size_t{8}, std::size_t{1024}}) {
    auto queue = liana::make_work_queue<node>({.shared_items = items});
    for (liana::rank_t first : {0, liana::size() - 1}) {  // it can be used again
      if (liana::rank() == first) queue.push(root);
      EXPECT_EQ(count_tree(queue, depth), expected);
      EXPECT_FALSE(queue.pop().has_value());
    }
    EXPECT_EQ(liana::all_reduce(queue.counts().popped, std::plus<>()), 2 * expected);
    EXPECT_EQ(liana::all_reduce(queue.counts().pushed, std::plus<>()), 2 * expected);
    liana::destroy(queue);
  }
}

TEST(work_queue, gives_back_first_what_was_pushed_last) {
  auto queue = liana::make_work_queue<int>();
  liana::barrier();
  for (int i = 0; i < 4; ++i) queue.push(i);  // few enough that nobody takes any
  for (int i = 3; i >= 0; --i) EXPECT_EQ(queue.pop(), i);
  EXPECT_FALSE(queue.pop().has_value());
  liana::destroy(queue);
}

// Whoever has nothing takes some of what another rank has, which does not go on before they have.
TEST(work_queue, lets_others_steal) {
  if (liana::size() == 1) GTEST_SKIP() << "needs two ranks";
  auto queue = liana::make_work_queue<int>();
  const auto stolen = liana::broadcast(liana::make_atomic<std::int32_t>(), 0);
  if (liana::rank() == 0) {
    for (int i = 0; i < 100; ++i) queue.push(i);
    while (stolen.load() == 0) std::this_thread::yield();
  }
  int mine = 0;
  while (queue.pop()) {
    ++mine;
    if (liana::rank() != 0) stolen.store(1);
  }
  EXPECT_EQ(liana::all_reduce(mine, std::plus<>()), 100);
  EXPECT_TRUE(liana::rank() == 0 || mine == 0 || queue.counts().steals > 0);
  liana::destroy(queue);
}

// More than is shared at one time, and more than were there before: the rank's own memory for them grows, and is used
// again where what was in it has been shared.
TEST(work_queue, holds_any_number_of_items) {
  constexpr int items = 5000;
  auto queue = liana::make_work_queue<int>({.shared_items = 64});
  for (int round = 0; round < 2; ++round) {
    std::int64_t sum = 0;
    if (liana::rank() == 0) {
      for (int i = 0; i < items; ++i) {
        queue.push(i);
        if (i % 3 == 0) sum += queue.pop().value_or(0);
      }
    }
    while (const auto item = queue.pop()) sum += *item;
    EXPECT_EQ(liana::all_reduce(sum, std::plus<>()), std::int64_t{items} * (items - 1) / 2);
  }
  liana::destroy(queue);
}

TEST(work_queue, refers_to_nothing_when_moved_from) {
  auto queue = liana::make_work_queue<int>();
  queue.push(1);
  auto other = std::move(queue);
  EXPECT_THROW(static_cast<void>(queue.pop()), liana::usage_error);  // NOLINT(bugprone-use-after-move)
  int mine = 0;
  while (other.pop()) ++mine;
  EXPECT_EQ(liana::all_reduce(mine, std::plus<>()), liana::size());
  liana::destroy(other);
}

TEST(work_queue, refuses_a_queue_that_is_not_there_or_too_large) {
  liana::work_queue<int> none;
  EXPECT_THROW(none.push(1), liana::usage_error);
  EXPECT_THROW(static_cast<void>(none.pop()), liana::usage_error);
  EXPECT_TRUE(throws_naming<liana::usage_error>(
      [] { static_cast<void>(liana::make_work_queue<int>({.shared_items = 0})); }, {"make_work_queue<int>", "1 to"}));
}

}  // namespace
