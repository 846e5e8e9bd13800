// Every way to read and write one object, from every rank to every rank.

#include <thread>

#include <gtest/gtest.h>

#include "tests/ranks/support.hpp"

namespace {

using liana::global_ptr;
using namespace liana_tests;

template <class T>
class access : public ::testing::Test {
 protected:
  // One object per home; reached by `at`.
  access() : objects_(from_every_rank(liana::make_global<T>())) {}

  void TearDown() override {
    liana::barrier();
    liana::destroy(at(liana::rank()));
  }

  global_ptr<T> at(liana::rank_t home) const { return objects_[static_cast<std::size_t>(home % liana::size())]; }

  // In round r each rank writes the object of another home, and afterwards everybody reads all of them.
  template <class Write, class Read>
  void exchange(Write write, Read read) const {
    for (liana::rank_t round = 0; round < liana::size(); ++round) {
      const liana::rank_t target = (liana::rank() + round) % liana::size();
      write(at(target), numbered<T>(number_of(round, target)));
      EXPECT_TRUE(holds(static_cast<T>(read(at(target))), number_of(round, target))) << "read by its writer";
      liana::barrier();
      for (liana::rank_t home = 0; home < liana::size(); ++home) {
        EXPECT_TRUE(holds(static_cast<T>(read(at(home))), number_of(round, home)))
            << "round " << round << ", home " << home << ", read by " << liana::rank();
      }
      liana::barrier();
    }
  }

 private:
  static std::uint64_t number_of(liana::rank_t round, liana::rank_t home) {
    return static_cast<std::uint64_t>(round) * 1000 + static_cast<std::uint64_t>(home) + 1;
  }

  std::vector<global_ptr<T>> objects_;
};

using object_types = ::testing::Types<char, std::int32_t, double, sized<3>, sized<12>, sized<63>, sized<64>, sized<100>,
                                      sized<4096>, sized<65536>>;
TYPED_TEST_SUITE(access, object_types);

TYPED_TEST(access, get_sees_put) {
  using T = TypeParam;
  this->exchange([](auto object, const T& value) { object.put(value); }, [](auto object) { return object.get(); });
}

TYPED_TEST(access, read_guard_sees_write_guard) {
  using T = TypeParam;
  this->exchange(
      [](auto object, const T& value) {
        auto guard = object.write();
        *guard = value;
        guard.release();
      },
      [](auto object) {
        const auto guard = object.read();
        return *guard;
      });
}

TYPED_TEST(access, proxy_sees_proxy) {
  using T = TypeParam;
  this->exchange([](auto object, const T& value) { *object = value; },
                 [](auto object) {
                   const T value = *object;
                   return value;
                 });
}

TYPED_TEST(access, subscript_sees_subscript) {
  using T = TypeParam;
  this->exchange([](auto object, const T& value) { object[0] = value; },
                 [](auto object) {
                   const T value = object[0];
                   return value;
                 });
}

TYPED_TEST(access, get_sees_update) {
  using T = TypeParam;
  this->exchange([](auto object, const T& value) { object.update([&](T& there) { there = value; }); },
                 [](auto object) { return object.get(); });
}

TYPED_TEST(access, get_after_prefetch_sees_the_newest_put) {
  using T = TypeParam;
  this->exchange(
      [](auto object, const T& value) {
        object.prefetch();
        object.put(value);
      },
      [](auto object) {
        object.prefetch();
        return object.get();
      });
}

TYPED_TEST(access, write_guard_starts_from_the_current_value) {
  using T = TypeParam;
  for (liana::rank_t round = 0; round < liana::size(); ++round) {
    const auto object = this->at(liana::rank() + round);
    const auto previous = static_cast<std::uint64_t>(round);
    auto guard = object.write();
    if (round == 0) {
      EXPECT_TRUE(is_zero(*guard));
    } else {
      EXPECT_TRUE(holds(*guard, previous)) << "round " << round;
    }
    *guard = numbered<T>(previous + 1);
    guard.release();
    liana::barrier();
  }
}

TYPED_TEST(access, update_returns_what_its_function_returns) {
  const auto object = this->at(liana::rank());
  using T = TypeParam;
  EXPECT_EQ(object.update([](T& value) {
    value = numbered<T>(5);
    return std::string("a result of any type");
  }),
            "a result of any type");
  EXPECT_TRUE(holds(object.get(), 5));
  static_assert(std::is_void_v<decltype(object.update([](T&) {}))>);
}

TEST(update, loses_no_increment_of_any_rank) {
  constexpr int rounds = 200;
  const auto counters = from_every_rank(liana::make_global<std::int64_t>(0));
  for (int i = 0; i < rounds; ++i) {
    for (const auto& counter : counters) counter.update([](std::int64_t& value) { ++value; });
  }
  liana::barrier();
  for (const auto& counter : counters) EXPECT_EQ(counter.get(), std::int64_t{rounds} * liana::size());
  liana::barrier();
}

TEST(update, hands_out_every_ticket_once) {
  constexpr std::int64_t rounds = 200;
  const auto counter = from_every_rank(liana::make_global<std::int64_t>(0))[0];
  std::int64_t sum = 0;
  std::int64_t previous = -1;
  for (std::int64_t i = 0; i < rounds; ++i) {
    const std::int64_t ticket = counter.update([](std::int64_t& value) { return value++; });
    EXPECT_GT(ticket, previous);
    previous = ticket;
    sum += ticket;
  }
  const std::int64_t tickets = rounds * liana::size();
  EXPECT_EQ(liana::all_reduce(sum, [](std::int64_t a, std::int64_t b) { return a + b; }), tickets * (tickets - 1) / 2);
}

TEST(put, is_seen_by_a_rank_that_keeps_asking_for_it) {
  const auto flags = from_every_rank(liana::make_global<std::int64_t>(0));
  const auto next = flags[static_cast<std::size_t>((liana::rank() + 1) % liana::size())];
  const auto mine = flags[static_cast<std::size_t>(liana::rank())];
  const auto await = [&](std::int64_t lap) {
    while (mine.get() < lap) std::this_thread::yield();
    EXPECT_EQ(mine.get(), lap);  // while this rank has the token, nobody writes
  };
  // A token runs around the ring; only a fresh value lets the next rank go on.
  for (std::int64_t lap = 1; lap <= 20; ++lap) {
    if (liana::rank() != 0) await(lap);
    next.put(lap);
    if (liana::rank() == 0) await(lap);
  }
  liana::barrier();
}

TEST(put, of_neighbours_in_one_block_keeps_both) {
  const auto n = static_cast<std::ptrdiff_t>(liana::size());
  const auto first = liana::broadcast(liana::make_global_array<std::int32_t>(512), 0);
  for (std::int32_t round = 1; round <= 100; ++round) {
    for (std::ptrdiff_t i = liana::rank(); i < 512; i += 37 * n) (first + i).put(round);
    EXPECT_EQ((first + liana::rank()).get(), round);
  }
  liana::barrier();
  for (std::ptrdiff_t writer = 0; writer < n; ++writer) {
    for (std::ptrdiff_t i = writer; i < 512; i += 37 * n) EXPECT_EQ((first + i).get(), 100) << "element " << i;
  }
  liana::barrier();
}

TEST(prefetch, of_many_objects_changes_nothing) {
  const auto arrays = from_every_rank(liana::make_global_array<std::uint64_t>(10'000));
  const auto mine = arrays[static_cast<std::size_t>(liana::rank())];
  for (std::ptrdiff_t i = 0; i < 10'000; i += 100) (mine + i).put(static_cast<std::uint64_t>(i) + 1);
  liana::barrier();
  for (const auto& array : arrays) {
    for (std::ptrdiff_t i = 0; i < 10'000; i += 100) (array + i).prefetch();
  }
  for (const auto& array : arrays) {
    for (std::ptrdiff_t i = 0; i < 10'000; i += 50) {
      EXPECT_EQ((array + i).get(), i % 100 == 0 ? static_cast<std::uint64_t>(i) + 1 : 0U);
    }
  }
  liana::barrier();
}

TEST(access, of_null_is_a_usage_error_that_names_the_operation) {
  const global_ptr<int> none;
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { (void)none.get(); }, {"get", "null"}));
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { none.put(1); }, {"put", "null"}));
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { (void)none.read(); }, {"read", "null"}));
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { (void)none.write(); }, {"write", "null"}));
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { none.update([](int& value) { ++value; }); }, {"null"}));
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { none.prefetch(); }, {"prefetch", "null"}));
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { *none = 1; }, {"null"}));
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { (void)static_cast<int>(*none); }, {"null"}));
}

TEST(access, past_the_end_of_the_block_is_a_usage_error) {
  // Of a block of 64 bytes and of the last one of an array.
  const auto object = reinterpret_pointer_cast<sized<65>>(liana::make_global<sized<64>>());
  const auto last = reinterpret_pointer_cast<sized<4097>>(liana::make_global_array<char>(8192) + 4096);
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { (void)object.get(); }, {"get of 65 bytes", "end of the block"}));
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { object.put({}); }, {"put of 65 bytes", "end of the block"}));
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { (void)last.read(); }, {"read of 4097", "end of the block"}));
  liana::barrier();
}

TEST(access, past_the_end_of_the_segment_is_a_usage_error) {
  const auto object = liana::make_global_array<int>(1);
  const auto beyond = object + static_cast<std::ptrdiff_t>(segment_bytes);
  EXPECT_THROW((void)beyond.get(), liana::usage_error);
  EXPECT_THROW(beyond.put(1), liana::usage_error);
  EXPECT_THROW((void)beyond.read(), liana::usage_error);
  EXPECT_THROW((void)beyond.write(), liana::usage_error);
  liana::destroy(object);
}

}  // namespace
