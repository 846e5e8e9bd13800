// Several threads of every rank at once: get, put, guards, update and views.

#include <atomic>
#include <numeric>
#include <span>
#include <thread>

#include <gtest/gtest.h>

#include "tests/ranks/support.hpp"
#include "tests/ranks/threads.hpp"

namespace {

using liana::global_ptr;
using namespace liana_tests;

using big = uniform_words<128>;

TEST(threads, lose_no_update) {
  constexpr int rounds = 1000;
  const auto counters = from_every_rank(liana::make_global<std::int64_t>(0));
  in_threads([&](int) {
    for (int i = 0; i < rounds; ++i) {
      for (const auto& counter : counters) counter.update([](std::int64_t& value) { ++value; });
    }
  });
  liana::barrier();
  for (const auto& counter : counters) {
    EXPECT_EQ(counter.get(), std::int64_t{rounds} * threads_per_rank * liana::size());
  }
  liana::barrier();
}

TEST(threads, read_and_write_objects_whole) {
  const auto objects = from_every_rank(liana::make_global<big>(big::filled(0)));
  std::atomic<std::uint64_t> reads{0};
  std::atomic<std::uint64_t> writes{0};
  in_threads([&](int thread) {
    std::mt19937_64 random(mixed(participant(thread)));
    std::vector<std::uint64_t> seen(objects.size(), 0);
    for (int i = 0; i < 2000; ++i) {
      const std::size_t which = random() % objects.size();
      std::uint64_t version = 0;
      switch (random() % 4) {
        case 0:
          version = objects[which].update([](big& value) {
            EXPECT_TRUE(value.uniform());
            value.increment();
            return value.value[0];
          });
          EXPECT_GT(version, seen[which]);
          ++writes;
          break;
        case 1: {
          const big value = objects[which].get();
          EXPECT_TRUE(value.uniform());
          version = value.value[0];
          ++reads;
          break;
        }
        default: {
          const auto guard = objects[which].read();
          EXPECT_TRUE(guard->uniform());
          version = guard->value[0];
          std::this_thread::yield();
          EXPECT_TRUE(guard->uniform());
          EXPECT_EQ(guard->value[0], version);
          ++reads;
          break;
        }
      }
      EXPECT_GE(version, seen[which]);
      seen[which] = version;
    }
  });
  liana::barrier();
  std::uint64_t total = 0;
  for (const auto& object : objects) total += object.get().value[127];
  EXPECT_GT(reads, 0U);
  EXPECT_EQ(total, liana::all_reduce(writes.load(), std::plus<>{}));
  liana::barrier();
}

TEST(threads, of_one_rank_exclude_each_other_through_write_guards) {
  const auto objects = from_every_rank(liana::make_global<std::int64_t>(0));
  const auto object = objects[static_cast<std::size_t>((liana::rank() + 1) % liana::size())];
  std::atomic<int> inside{0};
  in_threads([&](int) {
    for (int i = 0; i < 500; ++i) {
      // Another thread's guard is waited for; only the same thread's own would be a usage_error.
      const auto guard = object.write();
      EXPECT_EQ(inside.fetch_add(1), 0);
      ++*guard;
      if (i % 10 == 0) std::this_thread::yield();
      inside.fetch_sub(1);
    }
  });
  liana::barrier();
  for (const auto& each : objects) EXPECT_EQ(each.get(), 500 * threads_per_rank);
  liana::barrier();
}

TEST(threads, put_neighbours_in_one_block_without_losing_any) {
  auto a = liana::make_array<std::uint64_t>(1024, {.block_bytes = 1024, .layout = liana::layout::cyclic});
  const std::uint64_t participants = static_cast<std::uint64_t>(liana::size()) * threads_per_rank;
  in_threads([&](int thread) {
    for (std::uint64_t round = 1; round <= 3; ++round) {
      for (std::uint64_t i = participant(thread); i < 1024; i += participants) {
        a[i] = round * 10'000 + i;
        EXPECT_EQ(static_cast<std::uint64_t>(a[i]), round * 10'000 + i);
      }
    }
  });
  liana::barrier();
  for (std::size_t i = 0; i < 1024; ++i) EXPECT_EQ(static_cast<std::uint64_t>(a[i]), 30'000 + i);
  liana::barrier();
  liana::destroy(a);
}

TEST(threads, increment_through_overlapping_views) {
  auto a = liana::make_array<std::int64_t>(600, {.block_bytes = 128, .layout = liana::layout::cyclic});
  std::atomic<std::int64_t> added{0};
  in_threads([&](int thread) {
    std::mt19937_64 random(mixed(participant(thread) + 1000));
    for (int round = 0; round < 150; ++round) {
      const std::size_t first = random() % a.size();
      const std::size_t n = 1 + random() % (a.size() - first);
      if (round % 4 == 3) {
        const auto view = a.read(first, n);
        const std::int64_t sum = std::accumulate(view.begin(), view.end(), std::int64_t{0});
        EXPECT_EQ(std::accumulate(view.begin(), view.end(), std::int64_t{0}), sum) << "the view changed";
      } else {
        auto view = a.write(first, n);
        for (std::size_t i = 0; i < n; ++i) ++view[i];
        added += static_cast<std::int64_t>(n);
      }
    }
  });
  const std::int64_t expected = liana::all_reduce(added.load(), std::plus<>{});
  liana::barrier();
  {
    const auto view = a.read(0, a.size());
    EXPECT_EQ(std::accumulate(view.begin(), view.end(), std::int64_t{0}), expected);
  }
  liana::barrier();
  liana::destroy(a);
}

TEST(threads, use_bulk_access_to_disjoint_ranges_at_once) {
  constexpr std::size_t per_participant = 3000;
  const std::size_t n = per_participant * static_cast<std::size_t>(liana::size()) * threads_per_rank;
  auto a = liana::make_array<std::uint64_t>(n, {.block_bytes = 512});
  in_threads([&](int thread) {
    std::vector<std::uint64_t> values(per_participant);
    const std::size_t first = per_participant * participant(thread);
    std::iota(values.begin(), values.end(), first);
    a.put(first, values);
    std::vector<std::uint64_t> found(per_participant);
    a.get(first, found);
    EXPECT_EQ(found, values);
  });
  liana::barrier();
  in_threads([&](int thread) {
    std::mt19937_64 random(mixed(participant(thread)));
    std::vector<std::size_t> index(500);
    for (std::size_t& i : index) i = random() % n;
    std::vector<std::uint64_t> found(index.size());
    a.gather(index, found);
    for (std::size_t k = 0; k < index.size(); ++k) EXPECT_EQ(found[k], index[k]);
  });
  liana::barrier();
  liana::destroy(a);
}

// The money of guard_tests.cpp, with all threads of all ranks at it.
TEST(threads, move_money_through_write_guards) {
  constexpr std::int64_t start = 500;
  const auto accounts = from_every_rank(liana::make_global<std::int64_t>(start));
  const auto savings = from_every_rank(liana::make_global<std::int64_t>(start));
  in_threads([&](int thread) {
    std::mt19937_64 random(mixed(participant(thread) + 5));
    for (int i = 0; i < 500; ++i) {
      const auto source = accounts[random() % accounts.size()];
      const auto target = savings[random() % savings.size()];
      const auto amount = static_cast<std::int64_t>(random() % 21) - 10;
      if (i % 2 == 0) {
        auto [from, to] = liana::write_guards(source, target);
        *from -= amount;
        *to += amount;
      } else {
        auto [to, from] = liana::write_guards(target, source);
        *from -= amount;
        *to += amount;
      }
    }
  });
  liana::barrier();
  std::int64_t total = 0;
  for (const auto& account : accounts) total += account.get();
  for (const auto& account : savings) total += account.get();
  EXPECT_EQ(total, 2 * start * liana::size());
  liana::barrier();
}

}  // namespace
