// Read and write guards: what they own, when they publish, what they exclude.

#include <chrono>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "tests/ranks/support.hpp"

namespace {

using liana::global_ptr;
using namespace liana_tests;
using namespace std::chrono_literals;

using number = std::int64_t;
using big = uniform_words<512>;

static_assert(std::is_same_v<decltype(*std::declval<liana::read_guard<number>&>()), const number&>);
static_assert(std::is_same_v<decltype(*std::declval<liana::write_guard<number>&>()), number&>);
static_assert(!std::is_copy_constructible_v<liana::read_guard<number>>);
static_assert(!std::is_copy_constructible_v<liana::write_guard<number>>);
static_assert(std::is_nothrow_move_constructible_v<liana::read_guard<number>>);
static_assert(std::is_nothrow_move_constructible_v<liana::write_guard<number>>);

TEST(write_guard, is_published_by_its_destructor) {
  const auto object = liana::make_global<number>(1);
  {
    const auto guard = object.write();
    *guard = 2;
  }
  EXPECT_EQ(object.get(), 2);
  liana::destroy(object);
}

TEST(write_guard, is_published_by_release_and_its_destructor_then_does_nothing) {
  const auto object = liana::make_global<number>(1);
  {
    auto guard = object.write();
    *guard = 2;
    guard.release();
    EXPECT_EQ(object.get(), 2);
    object.put(3);
  }
  EXPECT_EQ(object.get(), 3);
  liana::destroy(object);
}

TEST(write_guard, is_published_when_an_exception_passes_it) {
  const auto object = liana::make_global<number>(1);
  try {
    const auto guard = object.write();
    *guard = 2;
    throw std::runtime_error("the program's own");
  } catch (const std::runtime_error&) {
    EXPECT_EQ(object.get(), 2);
  }
  liana::destroy(object);
}

TEST(write_guard, moves_its_ownership_along) {
  const auto objects = from_every_rank(liana::make_global<number>(1));
  const auto object = objects[static_cast<std::size_t>((liana::rank() + 1) % liana::size())];
  const auto opened = [&] {
    auto guard = object.write();
    *guard = 2;
    return guard;
  };
  auto first = opened();
  auto second = std::move(first);
  *second = 3;
  std::optional<liana::write_guard<number>> third(std::move(second));
  **third += 4;
  EXPECT_EQ(**third, 7);
  third.reset();
  EXPECT_EQ(object.get(), 7);
  object.put(8);
  EXPECT_EQ(object.get(), 8);
  liana::barrier();
}

TEST(write_guard, publishes_what_it_held_when_another_is_assigned_to_it) {
  const auto a = liana::make_global<number>(1);
  const auto b = liana::make_global<number>(1);
  auto guard = a.write();
  *guard = 2;
  guard = b.write();
  EXPECT_EQ(a.get(), 2);
  *guard = 3;
  guard.release();
  EXPECT_EQ(b.get(), 3);
  liana::destroy(a);
  liana::destroy(b);
}

TEST(write_guard, gives_members_by_arrow) {
  struct pair {
    number a;
    number b;
  };
  const auto object = liana::make_global<pair>(pair{1, 2});
  {
    const auto guard = object.write();
    guard->b = 5;
    EXPECT_EQ(guard->a, 1);
  }
  EXPECT_EQ(object.read()->b, 5);
  liana::destroy(object);
}

TEST(write_guard, hides_what_it_writes_until_it_is_released) {
  const auto objects = from_every_rank(liana::make_global<number>(0));
  for (const auto& object : objects) {
    const liana::rank_t writer = (object.home() + 1) % liana::size();
    if (liana::rank() == writer) {
      auto guard = object.write();
      *guard = 1;
      plain_barrier();
      std::this_thread::sleep_for(5ms);
      *guard = 2;
      guard.release();
    } else {
      plain_barrier();
      EXPECT_EQ(object.get(), 2);
    }
    plain_barrier();
  }
}

TEST(write_guard, of_two_objects_at_once_is_allowed) {
  const auto a = liana::make_global<number>(1);
  const auto b = liana::make_global<number>(2);
  {
    const auto first = a.write();
    const auto second = b.write();
    std::swap(*first, *second);
  }
  EXPECT_EQ(a.get(), 2);
  EXPECT_EQ(b.get(), 1);
  liana::destroy(a);
  liana::destroy(b);
}

TEST(read_guard, moves_its_snapshot_along) {
  const auto objects = from_every_rank(liana::make_global<number>(6));
  const auto object = objects[static_cast<std::size_t>((liana::rank() + 1) % liana::size())];
  liana::barrier();
  {
    auto first = object.read();
    auto second = std::move(first);
    std::optional<liana::read_guard<number>> third(std::move(second));
    EXPECT_EQ(**third, 6);
    auto fourth = object.read();
    fourth = std::move(*third);
    EXPECT_EQ(*fourth, 6);
  }
  // Nothing may be left held by any of the five.
  object.put(7);
  EXPECT_EQ(object.get(), 7);
  liana::barrier();
}

TEST(read_guard, of_the_same_block_twice_is_allowed) {
  const auto objects = from_every_rank(liana::make_global<number>(6));
  for (const auto& object : objects) {
    const auto first = object.read();
    const auto second = object.read();
    EXPECT_EQ(*first + *second, 12);
    EXPECT_EQ(object.get(), 6);
  }
  liana::barrier();
}

// A replica belongs to its rank alone, so such a reader holds up nobody: the writer is done while the guard lives.
TEST(read_guard, away_from_the_home_keeps_its_snapshot_while_others_write) {
  if (liana::size() < 2) GTEST_SKIP() << "needs a reader beside the home";
  const auto objects = from_every_rank(liana::make_global<big>(big::filled(1)));
  for (const auto& object : objects) {
    const liana::rank_t writer = object.home();
    if (liana::rank() == writer) {
      plain_barrier();
      object.put(big::filled(2));
      object.update([](big& value) { value.increment(); });
      plain_barrier();
    } else {
      const auto guard = object.read();
      EXPECT_EQ(guard->value[0], 1U);
      plain_barrier();
      plain_barrier();
      EXPECT_TRUE(guard->uniform());
      EXPECT_EQ(guard->value[0], 1U);
      EXPECT_EQ(object.get().value[0], 3U);
      EXPECT_EQ(object.read()->value[0], 3U);
      EXPECT_EQ(guard->value[511], 1U);
    }
    plain_barrier();
    EXPECT_EQ(object.get().value[511], 3U);
  }
  liana::barrier();
}

TEST(read_guard, at_the_home_keeps_its_snapshot_while_another_rank_tries_to_write) {
  if (liana::size() < 2) GTEST_SKIP() << "needs a writer beside the home";
  const auto objects = from_every_rank(liana::make_global<big>(big::filled(1)));
  for (const auto& object : objects) {
    if (liana::rank() == object.home()) {
      const auto guard = object.read();
      plain_barrier();
      std::this_thread::sleep_for(20ms);
      EXPECT_TRUE(guard->uniform());
      EXPECT_EQ(guard->value[0], 1U);
      // A writer is waiting for this guard by now; what the same thread reads meanwhile must not wait for the writer.
      EXPECT_EQ(object.get().value[0], 1U);
      EXPECT_EQ(object.read()->value[511], 1U);
    } else {
      plain_barrier();
      object.update([](big& value) { value.increment(); });
    }
    plain_barrier();
    EXPECT_EQ(object.get().value[511], static_cast<std::uint64_t>(liana::size()));
    plain_barrier();
  }
}

TEST(read_guard, of_an_old_snapshot_survives_many_newer_ones) {
  constexpr std::uint64_t versions = 200;
  const auto objects = from_every_rank(liana::make_global<big>(big::filled(0)));
  const auto object = objects[0];
  if (liana::rank() == 0) {
    plain_barrier();
    for (std::uint64_t version = 1; version <= versions; ++version) object.put(big::filled(version));
  } else {
    const auto oldest = object.read();
    plain_barrier();
    std::uint64_t newest = 0;
    while (newest < versions) {
      const auto guard = object.read();
      EXPECT_TRUE(guard->uniform());
      EXPECT_GE(guard->value[0], newest);
      newest = guard->value[511];
      EXPECT_TRUE(oldest->uniform());
      EXPECT_EQ(oldest->value[0], 0U);
    }
  }
  liana::barrier();
}

TEST(guard, on_a_block_held_for_writing_is_a_usage_error_and_leaves_the_first_intact) {
  const auto objects = from_every_rank(liana::make_global<number>(1));
  const auto object = objects[static_cast<std::size_t>((liana::rank() + 1) % liana::size())];
  {
    const auto guard = object.write();
    EXPECT_TRUE(throws_naming<liana::usage_error>([&] { (void)object.write(); }, {"write"}));
    EXPECT_TRUE(throws_naming<liana::usage_error>([&] { (void)object.read(); }, {"read"}));
    EXPECT_THROW(object.update([](number& value) { ++value; }), liana::usage_error);
    *guard = 2;
  }
  EXPECT_EQ(object.get(), 2);
  object.put(3);
  EXPECT_EQ(*object.read(), 3);
  liana::barrier();
}

TEST(guard, on_another_element_of_a_block_held_for_writing_is_a_usage_error) {
  const auto first = liana::make_global_array<number>(4);
  {
    const auto guard = first.write();
    EXPECT_THROW((void)(first + 1).write(), liana::usage_error);
    EXPECT_THROW((void)(first + 3).read(), liana::usage_error);
    *guard = 9;
  }
  EXPECT_EQ((first + 1).update([](number& value) { return ++value; }), 1);
  EXPECT_EQ(first.get(), 9);
  liana::destroy(first);
}

TEST(guard, is_free_for_another_once_moved_out_and_released) {
  const auto object = liana::make_global<number>(1);
  auto first = object.write();
  auto second = std::move(first);
  second.release();
  auto third = object.write();
  *third = 4;
  third.release();
  EXPECT_EQ(*object.read(), 4);
  liana::destroy(object);
}

// Short here; tests/stress does it for seconds.
TEST(guard, reads_and_writes_an_object_whole) {
  const auto objects = from_every_rank(liana::make_global<big>(big::filled(0)));
  std::vector<std::uint64_t> seen(objects.size(), 0);
  for (int round = 0; round < 60; ++round) {
    for (std::size_t i = 0; i < objects.size(); ++i) {
      if ((round + static_cast<int>(i)) % 3 == 0) {
        objects[i].update([&](big& value) {
          EXPECT_TRUE(value.uniform());
          EXPECT_GE(value.value[0], seen[i]);
          value.increment();
          seen[i] = value.value[0];
        });
      } else {
        const auto guard = objects[i].read();
        EXPECT_TRUE(guard->uniform());
        EXPECT_GE(guard->value[0], seen[i]);
        seen[i] = guard->value[0];
      }
    }
  }
  liana::barrier();
  for (const auto& object : objects) {
    EXPECT_EQ(object.get().value[511], 20U * static_cast<std::uint64_t>(liana::size()));
  }
  liana::barrier();
}

}  // namespace
