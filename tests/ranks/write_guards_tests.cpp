// write_guards(): several objects held at once.

#include <tuple>

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

// Every rank moves money between random accounts, named in either order: nothing is lost, nobody deadlocks.
// More than a thread has room for without allocating.
TEST(write_guards, of_many_objects_are_all_known_as_held) {
  constexpr std::int64_t objects = 60;
  std::vector<liana::global_ptr<std::int64_t>> own;
  std::vector<liana::write_guard<std::int64_t>> guards;
  for (std::int64_t i = 0; i < objects; ++i) {
    own.push_back(liana::make_global<std::int64_t>(-1));
    guards.push_back(own.back().write());
    *guards.back() = i;
  }
  for (const auto& object : own) {
    EXPECT_THROW((void)object.write(), liana::usage_error);
    EXPECT_THROW((void)object.get(), liana::usage_error);
  }
  guards.clear();
  for (std::int64_t i = 0; i < objects; ++i) {
    const auto& object = own[static_cast<std::size_t>(i)];
    EXPECT_EQ(object.get(), i);
    object.update([](std::int64_t& value) { ++value; });
    liana::destroy(object);
  }
}

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
