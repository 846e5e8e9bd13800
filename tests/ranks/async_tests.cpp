// Accesses that are begun and waited for later: async_get, async_put, their order, and what completes them.

#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/ranks/support.hpp"

namespace {

using liana::global_ptr;
using liana::pending_get;
using liana::pending_put;
using namespace liana_tests;

template <class T>
class async_access : public ::testing::Test {};

// What is written inline, more than that, a whole block, several pages.
using async_types = ::testing::Types<std::uint8_t, std::uint64_t, sized<100>, sized<4096>, sized<9000>>;
TYPED_TEST_SUITE(async_access, async_types);

TYPED_TEST(async_access, get_reads_what_was_put) {
  using T = TypeParam;
  const auto objects = from_every_rank(liana::make_global<T>(numbered<T>(static_cast<std::uint64_t>(liana::rank()))));
  std::vector<pending_get<T>> begun;
  begun.reserve(objects.size());
  for (const auto& each : objects) begun.push_back(each.async_get());
  for (std::size_t i = 0; i < begun.size(); ++i) {
    EXPECT_TRUE(holds(begun[i].get(), i));
    EXPECT_TRUE(begun[i].ready());
    EXPECT_TRUE(holds(begun[i].get(), i)) << "a second time";
  }
  liana::barrier();
}

TYPED_TEST(async_access, put_is_seen_by_all_once_it_was_waited_for) {
  using T = TypeParam;
  const auto objects = from_every_rank(liana::make_global<T>());
  const auto me = static_cast<std::uint64_t>(liana::rank());
  const auto& next = objects[static_cast<std::size_t>((liana::rank() + 1) % liana::size())];
  pending_put put = next.async_put(numbered<T>(me));
  put.wait();
  EXPECT_TRUE(put.ready());
  put.wait();
  plain_barrier();
  for (std::size_t i = 0; i < objects.size(); ++i) {
    EXPECT_TRUE(holds(objects[i].get(), (i + objects.size() - 1) % objects.size()));
  }
  liana::barrier();
}

TYPED_TEST(async_access, put_comes_before_later_accesses_of_its_rank_to_the_block) {
  using T = TypeParam;
  const auto objects = from_every_rank(liana::make_global<T>());
  const auto& next = objects[static_cast<std::size_t>((liana::rank() + 1) % liana::size())];
  for (std::uint64_t i = 0; i < repetitions(40); ++i) {
    static_cast<void>(next.get());  // a replica that must not be read again
    pending_put first = next.async_put(numbered<T>(7 * i));
    EXPECT_TRUE(holds(next.get(), 7 * i)) << "by get";
    pending_put second = next.async_put(numbered<T>(7 * i + 1));
    EXPECT_TRUE(holds(next.async_get().get(), 7 * i + 1)) << "by async_get";
    pending_put third = next.async_put(numbered<T>(7 * i + 2));
    EXPECT_TRUE(holds(*next.read(), 7 * i + 2)) << "by a guard";
    pending_put fourth = next.async_put(numbered<T>(7 * i + 3));
    next.put(numbered<T>(7 * i + 4));
    EXPECT_TRUE(holds(next.get(), 7 * i + 4)) << "by put";
    pending_put fifth = next.async_put(numbered<T>(7 * i + 5));
    next.update([&](T& value) {
      EXPECT_TRUE(holds(value, 7 * i + 5));
      value = numbered<T>(7 * i + 6);
    });
    EXPECT_TRUE(holds(next.get(), 7 * i + 6)) << "by update";
  }
  liana::barrier();
}

TYPED_TEST(async_access, put_is_completed_by_a_barrier) {
  using T = TypeParam;
  const auto objects = from_every_rank(liana::make_global<T>());
  const auto me = static_cast<std::uint64_t>(liana::rank());
  std::vector<pending_put> puts;
  puts.push_back(objects[static_cast<std::size_t>((liana::rank() + 1) % liana::size())].async_put(numbered<T>(me)));
  liana::barrier();
  EXPECT_TRUE(puts.front().ready());
  for (std::size_t i = 0; i < objects.size(); ++i) {
    EXPECT_TRUE(holds(objects[i].get(), (i + objects.size() - 1) % objects.size()));
  }
  liana::barrier();
}

TEST(async_put, ends_with_its_handle) {
  const auto objects = from_every_rank(liana::make_global<std::uint64_t>());
  const auto me = static_cast<std::size_t>(liana::rank());
  const auto next = (me + 1) % objects.size();
  static_cast<void>(objects[next].async_put(me + 1));  // the handle goes at once
  pending_put kept = liana::make_global<std::uint64_t>().async_put(1);
  kept = objects[next].async_put(me + 2);  // the other one's put is completed
  pending_put moved = std::move(kept);
  moved.wait();
  plain_barrier();
  EXPECT_EQ(objects[me].get(), (me + objects.size() - 1) % objects.size() + 2);
  liana::barrier();
}

TEST(async_put, of_no_put_is_ready) {
  pending_put none;
  EXPECT_TRUE(none.ready());
  none.wait();
}

// Everybody puts into the blocks of everybody, many at a time, before waiting for any.
TEST(async_puts, of_all_ranks_to_the_same_blocks_wait_for_each_other_in_no_circle) {
  constexpr std::size_t objects_each = 12;
  std::vector<std::vector<global_ptr<std::uint64_t>>> objects;
  for (std::size_t i = 0; i < objects_each; ++i) {
    objects.push_back(from_every_rank(liana::make_global<std::uint64_t>()));
  }
  std::mt19937_64 random(mixed(shared_seed() + static_cast<std::uint64_t>(liana::rank())));
  for (std::uint64_t round = 1; round <= repetitions(60); ++round) {
    std::vector<pending_put> puts;
    for (std::size_t k = 0; k < objects_each; ++k) {
      const auto& row = objects[random() % objects_each];
      const auto at = row[random() % row.size()];
      puts.push_back(at.async_put(mixed(round)));
      const std::uint64_t seen = at.get();
      EXPECT_TRUE(seen != 0);
    }
  }
  liana::barrier();
}

// More than may be under way at once.
TEST(async_puts, may_be_many) {
  constexpr std::size_t count = 300;
  const liana::rank_t home = liana::size() - 1;
  const auto made = liana::rank() == home ? liana::make_global_array<sized<4096>>(count) : global_ptr<sized<4096>>();
  const auto all = liana::broadcast(made, home);
  if (liana::rank() == 0) {
    std::vector<pending_put> puts;
    for (std::size_t i = 0; i < count; ++i) {
      puts.push_back((all + static_cast<std::ptrdiff_t>(i)).async_put(numbered<sized<4096>>(i)));
    }
    for (auto& each : puts) each.wait();
  }
  plain_barrier();
  for (std::size_t i = 0; i < count; i += 13) {
    EXPECT_TRUE(holds((all + static_cast<std::ptrdiff_t>(i)).get(), i));
  }
  liana::barrier();
  if (liana::rank() == home) liana::destroy(made);
  liana::barrier();
}

TEST(async_put, to_an_object_comes_before_its_destruction) {
  const auto objects = from_every_rank(liana::make_global<std::uint64_t>());
  const auto next = static_cast<std::size_t>((liana::rank() + 1) % liana::size());
  auto put = objects[next].async_put(1);
  liana::destroy(objects[next]);
  put.wait();
  liana::barrier();
  const auto again = liana::make_global<std::uint64_t>(2U);
  EXPECT_EQ(again.get(), 2U);
  liana::destroy(again);
  liana::barrier();
}

// A put that waits for a block gets on while its rank waits for something else.
TEST(async_put, to_a_block_that_is_held_is_not_ready_and_waits) {
  const auto objects = from_every_rank(liana::make_global<std::uint64_t>());
  const liana::rank_t writer = some_far_rank(0);
  if (writer < 0) return;
  auto guard = liana::rank() == 0 ? objects[0].write() : liana::write_guard<std::uint64_t>();
  plain_barrier();
  pending_put put;
  if (liana::rank() == writer) {
    put = objects[0].async_put(5);
    EXPECT_FALSE(put.ready());
    EXPECT_FALSE(put.ready());
  }
  plain_barrier();
  guard.release();
  liana::barrier();
  EXPECT_TRUE(put.ready());
  EXPECT_EQ(objects[0].get(), 5U);
  liana::barrier();
}

TEST(async_get, of_a_block_that_is_held_is_not_ready_and_waits) {
  const auto objects = from_every_rank(liana::make_global<std::uint64_t>(3U));
  auto guard = liana::rank() == 0 ? objects[0].write() : liana::write_guard<std::uint64_t>();
  plain_barrier();
  if (liana::rank() != 0) {
    auto get = objects[0].async_get();
    for (int i = 0; i < 10; ++i) EXPECT_FALSE(get.ready());
    plain_barrier();
    EXPECT_EQ(get.get(), 4U);
  } else {
    *guard = 4;
    plain_barrier();
    guard.release();
  }
  liana::barrier();
}

TEST(async_accesses, refuse_what_get_and_put_refuse) {
  const global_ptr<std::uint64_t> null;
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { static_cast<void>(null.async_get()); }, {"async_get", "null"}));
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { static_cast<void>(null.async_put(1)); }, {"put", "null"}));
  const global_ptr<std::uint64_t> foreign(liana::detail::address::make(60000, 12, 12, 0));
  EXPECT_TRUE(
      throws_naming<liana::usage_error>([&] { static_cast<void>(foreign.async_get()); }, {"not from this job"}));
  EXPECT_TRUE(
      throws_naming<liana::usage_error>([&] { static_cast<void>(foreign.async_put(1)); }, {"not from this job"}));
}

// Any thread may put, and hand the handle on.
TEST(async_puts, of_several_threads_are_waited_for_by_others) {
  constexpr std::size_t threads = 4;
  std::vector<std::vector<global_ptr<std::uint64_t>>> objects;
  for (std::size_t i = 0; i < threads; ++i) objects.push_back(from_every_rank(liana::make_global<std::uint64_t>()));
  const auto next = static_cast<std::size_t>((liana::rank() + 1) % liana::size());
  std::vector<pending_put> puts(threads);
  std::vector<std::thread> running;
  for (std::size_t i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      for (std::uint64_t k = 1; k <= repetitions(50); ++k) {
        puts[i] = objects[i][next].async_put(k);
        EXPECT_EQ(objects[i][next].async_get().get(), k);
      }
    });
  }
  for (auto& each : running) each.join();
  for (auto& each : puts) each.wait();
  liana::barrier();
  for (const auto& row : objects) EXPECT_EQ(row[static_cast<std::size_t>(liana::rank())].get(), repetitions(50));
  liana::barrier();
}

}  // namespace
