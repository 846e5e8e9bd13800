// write_guards(): several objects held at once.

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/ranks/support.hpp"

namespace {

using liana::global_ptr;
using namespace liana_tests;

using number = std::int64_t;
using big = uniform_words<512>;

TEST(write_guards, returns_a_tuple_in_the_order_of_its_arguments) {
  const auto a = liana::make_global<number>(1);
  const auto b = liana::make_global<std::int32_t>(2);
  const auto c = liana::make_global<big>(big::filled(3));
  {
    auto [x, y, z] = liana::write_guards(c, a, b);
    EXPECT_EQ(x->value[7], 3U);
    EXPECT_EQ(*y, 1);
    EXPECT_EQ(*z, 2);
    x->increment();
    *y = 10;
    *z = 20;
  }
  EXPECT_EQ(a.get(), 10);
  EXPECT_EQ(b.get(), 20);
  EXPECT_EQ(c.get().value[511], 4U);
  static_assert(std::tuple_size_v<decltype(liana::write_guards(a, b, c))> == 3);
  liana::destroy(a);
  liana::destroy(b);
  liana::destroy(c);
}

TEST(write_guards, on_a_block_held_for_writing_is_a_usage_error_that_holds_nothing) {
  const auto objects = from_every_rank(liana::make_global<number>(1));
  const auto others = from_every_rank(liana::make_global<number>(1));
  const auto a = objects[static_cast<std::size_t>((liana::rank() + 1) % liana::size())];
  const auto b = others[static_cast<std::size_t>((liana::rank() + 1) % liana::size())];
  {
    const auto guard = a.write();
    EXPECT_THROW((void)liana::write_guards(a, b), liana::usage_error);
    EXPECT_THROW((void)liana::write_guards(b, a), liana::usage_error);
    *guard = 3;
    b.put(4);
  }
  EXPECT_EQ(a.get(), 3);
  EXPECT_EQ(b.get(), 4);
  liana::barrier();
}

TEST(write_guards, of_objects_that_share_a_block_publish_all_of_them) {
  const auto arrays = from_every_rank(liana::make_global_array<number>(8));
  const auto array = arrays[static_cast<std::size_t>((liana::rank() + 1) % liana::size())];
  {
    auto [x, y, z] = liana::write_guards(array + 5, array, array + 1);
    *x = 50;
    *y = 10;
    x.release();
    *z = 20;
  }
  liana::barrier();
  for (const auto& each : arrays) {
    EXPECT_EQ(each.get(), 10);
    EXPECT_EQ((each + 1).get(), 20);
    EXPECT_EQ((each + 5).get(), 50);
    EXPECT_EQ((each + 2).get(), 0);
  }
  liana::barrier();
}

/// Holds the objects from number `first` on for writing, and calls `then`. The guards stay where they are made.
void hold_all(std::span<const liana::global_ptr<std::int64_t>> objects, std::size_t first,
              const std::function<void()>& then) {
  if (first == objects.size()) {
    then();
    return;
  }
  auto guard = objects[first].write();
  *guard = static_cast<std::int64_t>(first);
  hold_all(objects, first + 1, then);
}

// More than a thread has room for without allocating.
TEST(write_guards, of_many_objects_are_all_known_as_held) {
  std::vector<liana::global_ptr<std::int64_t>> own(60);
  for (auto& each : own) each = liana::make_global<std::int64_t>(-1);
  hold_all(own, 0, [&] {
    for (const auto& object : own) {
      EXPECT_THROW((void)object.write(), liana::usage_error);
      EXPECT_THROW((void)object.get(), liana::usage_error);
    }
  });
  for (std::size_t i = 0; i < own.size(); ++i) {
    EXPECT_EQ(own[i].get(), static_cast<std::int64_t>(i));
    own[i].update([](std::int64_t& value) { ++value; });
    liana::destroy(own[i]);
  }
}

// A guard that has moved may be closed by another thread, so an access of the thread that opened it waits.
TEST(write_guards, that_have_moved_are_waited_for) {
  const auto own = liana::make_global<std::int64_t>(1);
  auto guard = own.write();
  *guard = 2;
  std::thread closer([moved = std::move(guard)]() mutable {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // so that the access below finds it held
    moved.release();
  });
  EXPECT_EQ(own.get(), 2);
  closer.join();
  liana::destroy(own);
}

// Every rank moves money between random accounts, named in either order: nothing is lost, nobody deadlocks.
TEST(write_guards, move_money_between_accounts_of_all_ranks) {
  constexpr number start = 1000;
  const std::uint64_t seed = shared_seed();
  SCOPED_TRACE("LIANA_TEST_SEED=" + std::to_string(seed));
  std::vector<global_ptr<number>> accounts = from_every_rank(liana::make_global<number>(start));
  for (const auto& account : from_every_rank(liana::make_global<number>(start))) accounts.push_back(account);
  std::mt19937_64 random(mixed(seed + static_cast<std::uint64_t>(liana::rank())));
  for (int i = 0; i < 200; ++i) {
    const std::size_t from = random() % accounts.size();
    const std::size_t to = random() % accounts.size();
    if (from == to) continue;
    const auto amount = static_cast<number>(random() % 10);
    auto [source, target] = liana::write_guards(accounts[from], accounts[to]);
    *source -= amount;
    *target += amount;
  }
  liana::barrier();
  number total = 0;
  for (const auto& account : accounts) total += account.get();
  EXPECT_EQ(total, start * static_cast<number>(accounts.size()));
  liana::barrier();
}

}  // namespace
