// Objects and arrays in global memory: zeroed, reused without leaks or stale replicas, exhaustion reported.

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/ranks/captured_output.hpp"
#include "tests/ranks/support.hpp"

namespace {

using liana::global_ptr;
using namespace liana_tests;

constexpr std::size_t mebibyte = std::size_t{1} << 20;
using chunk = sized<mebibyte>;
using page = sized<4096>;

struct particle {
  particle(double px, double py, std::int32_t n) : x(px), y(py), id(n), kind(0) {}
  particle() = default;
  double x;
  double y;
  std::int32_t id;
  std::int32_t kind;
};

TEST(make_global, passes_its_arguments_to_the_constructor) {
  const auto object = liana::make_global<particle>(1.5, 2.5, 7);
  EXPECT_EQ(object.get().x, 1.5);
  EXPECT_EQ(object.get().y, 2.5);
  EXPECT_EQ(object.read()->id, 7);
  liana::destroy(object);
}

/// Larger than a stack of 8 MiB, and filled by its constructor where it lies.
struct wide_field {
  wide_field() { values.fill(7); }
  explicit wide_field(std::size_t refused) {
    values.fill(8);
    if (refused != 0) throw std::length_error("refused");
  }
  std::array<std::uint64_t, 12 * mebibyte / 8> values{};
};

TEST(make_global, makes_objects_that_are_larger_than_the_stack) {
  const auto field = liana::make_global<wide_field>();
  const auto last =
      liana::reinterpret_pointer_cast<std::uint64_t>(field) + static_cast<std::ptrdiff_t>(sizeof(wide_field) / 8 - 1);
  EXPECT_EQ(last.get(), 7U);
  liana::destroy(field);
}

TEST(make_global, leaves_nothing_where_a_constructor_throws) {
  for (std::size_t i = 0; i < 2 * segment_bytes / sizeof(wide_field); ++i) {
    EXPECT_THROW(static_cast<void>(liana::make_global<wide_field>(i + 1)), std::length_error);
  }
  const auto field = liana::make_global<wide_field>(0U);
  EXPECT_EQ(liana::reinterpret_pointer_cast<std::uint64_t>(field).get(), 8U);
  liana::destroy(field);
}

TEST(make_global, lives_at_the_calling_rank) {
  const auto object = liana::make_global<int>(3);
  EXPECT_EQ(object.home(), liana::rank());
  EXPECT_TRUE(object.is_local());
  const auto array = liana::make_global_array<int>(5000);
  EXPECT_EQ((array + 4999).home(), liana::rank());
  EXPECT_TRUE((array + 4999).is_local());
  liana::destroy(object);
  liana::destroy(array);
}

template <class T>
class zeroed_memory : public ::testing::Test {};
using zeroed_types = ::testing::Types<char, std::int32_t, particle, sized<3>, sized<100>, page, sized<100'000>>;
TYPED_TEST_SUITE(zeroed_memory, zeroed_types);

TYPED_TEST(zeroed_memory, of_an_object_also_after_reuse) {
  for (int round = 0; round < 50; ++round) {
    const auto object = liana::make_global<TypeParam>();
    ASSERT_TRUE(is_zero(object.get())) << "round " << round;
    TypeParam dirt;
    std::memset(static_cast<void*>(&dirt), 0xff, sizeof dirt);
    object.put(dirt);
    liana::destroy(object);
  }
}

TYPED_TEST(zeroed_memory, of_an_array_also_after_reuse) {
  constexpr std::ptrdiff_t n = sizeof(TypeParam) > 10'000 ? 5 : 300;
  TypeParam dirt;
  std::memset(static_cast<void*>(&dirt), 0xff, sizeof dirt);
  for (int round = 0; round < 10; ++round) {
    const auto array = liana::make_global_array<TypeParam>(static_cast<std::size_t>(n));
    for (std::ptrdiff_t i = 0; i < n; ++i) {
      ASSERT_TRUE(is_zero((array + i).get())) << "round " << round << ", element " << i;
      (array + i).put(dirt);
    }
    liana::destroy(array);
  }
}

TYPED_TEST(zeroed_memory, of_a_distributed_array_also_after_reuse) {
  constexpr std::size_t n = sizeof(TypeParam) > 10'000 ? 8 : 300;
  std::vector<TypeParam> dirt(n);
  std::memset(static_cast<void*>(dirt.data()), 0xff, n * sizeof(TypeParam));
  for (int round = 0; round < 4; ++round) {
    auto array = liana::make_array<TypeParam>(n);
    std::vector<TypeParam> found(n);
    array.get(0, found);
    for (std::size_t i = 0; i < n; ++i) EXPECT_TRUE(is_zero(found[i])) << "round " << round << ", element " << i;
    liana::barrier();
    if (liana::rank() == round % liana::size()) array.put(0, dirt);
    liana::destroy(array);
  }
}

TEST(destroy, of_own_objects_gives_the_memory_back) {
  // Twice the segment in large objects and in pages; once in small ones with their directory entries, beside what is in
  // use.
  for (std::size_t i = 0; i < 2 * segment_bytes / mebibyte; ++i) {
    liana::destroy(liana::make_global_array<char>(mebibyte));
  }
  for (std::size_t i = 0; i < 2 * segment_bytes / 4096; ++i) liana::destroy(liana::make_global<page>());
  for (std::size_t i = 0; i < segment_bytes / 72; ++i) liana::destroy(liana::make_global<std::int64_t>(1));
}

TEST(destroy, in_any_order_gives_the_memory_back) {
  const std::uint64_t seed = shared_seed();
  SCOPED_TRACE("LIANA_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(mixed(seed + static_cast<std::uint64_t>(liana::rank())));
  std::vector<std::pair<global_ptr<char>, std::size_t>> live;
  std::size_t live_bytes = 0;
  std::size_t allocated = 0;
  while (allocated < 6 * segment_bytes) {
    const std::size_t bytes = std::size_t{1} << (random() % 20);
    while (live_bytes + bytes > segment_bytes / 4) {
      const std::size_t victim = random() % live.size();
      EXPECT_EQ(live[victim].first.get(), static_cast<char>(live[victim].second % 100));
      liana::destroy(live[victim].first);
      live_bytes -= live[victim].second;
      live[victim] = live.back();
      live.pop_back();
    }
    const auto array = liana::make_global_array<char>(bytes);
    array.put(static_cast<char>(bytes % 100));
    live.emplace_back(array, bytes);
    live_bytes += bytes;
    allocated += bytes;
  }
  for (const auto& [array, bytes] : live) liana::destroy(array);
}

TEST(destroy, from_another_rank_gives_the_memory_back_to_the_home) {
  constexpr std::size_t per_round = segment_bytes / 8 / mebibyte;
  for (int round = 0; round < 24; ++round) {
    std::array<global_ptr<chunk>, per_round> own;
    for (auto& object : own) object = liana::make_global<chunk>();
    const auto all = from_every_rank(own);
    for (const auto& object : all[static_cast<std::size_t>((liana::rank() + 1) % liana::size())]) {
      EXPECT_EQ(object.home(), (liana::rank() + 1) % liana::size());
      liana::destroy(object);
    }
    liana::barrier();
  }
}

TEST(destroy, of_many_objects_of_another_rank_gives_the_memory_back) {
  // A round takes a quarter of the segment, and there are five.
  const std::size_t per_round = repetitions(segment_bytes / 4 / 16384);
  const std::size_t bytes = segment_bytes / 4 / per_round;
  for (int round = 0; round < 5; ++round) {
    const auto mine = liana::make_global_array<global_ptr<char>>(per_round);
    for (std::size_t i = 0; i < per_round; ++i) {
      mine[static_cast<std::ptrdiff_t>(i)] = liana::make_global_array<char>(bytes);
    }
    const auto all = from_every_rank(mine);
    liana::barrier();
    const auto next = all[static_cast<std::size_t>((liana::rank() + 1) % liana::size())];
    for (std::size_t i = 0; i < per_round; ++i) {
      liana::destroy(static_cast<global_ptr<char>>(next[static_cast<std::ptrdiff_t>(i)]));
    }
    liana::barrier();
    liana::destroy(mine);
  }
}

TEST(destroy, of_distributed_arrays_gives_the_memory_back) {
  const std::size_t n = segment_bytes / 4 * static_cast<std::size_t>(liana::size());
  for (int round = 0; round < 10; ++round) {
    const auto array = liana::make_array<char>(n);
    array[n - 1] = 'x';
    liana::destroy(array);
  }
}

TEST(destroy, of_an_array_of_which_a_block_is_held_gives_the_memory_back_later) {
  const std::size_t n = segment_bytes / 2 * static_cast<std::size_t>(liana::size());
  for (int round = 0; round < 3; ++round) {
    const auto array = liana::make_array<char>(n);
    const std::size_t mine = static_cast<std::size_t>(liana::rank()) * (segment_bytes / 2);
    {
      const auto guard = array.ptr(mine).write();
      EXPECT_TRUE(throws_naming<liana::usage_error>([&] { liana::destroy(array); }, {"destroy", "holds the block"}));
    }
    liana::barrier();
  }
}

// The ranks before it in the chain that the home takes back, and those behind it, are freed all the same.
TEST(destroy, from_another_rank_of_an_object_that_is_held_gives_the_memory_back_later) {
  if (liana::size() < 2) GTEST_SKIP() << "there is no other rank";
  constexpr std::size_t bytes = segment_bytes / 9;
  for (int round = 0; round < 3; ++round) {
    std::array<global_ptr<char>, 5> own;
    for (auto& each : own) each = liana::make_global_array<char>(bytes);
    const auto all = from_every_rank(own);
    auto guard = own[2].read();
    liana::barrier();
    for (const auto& each : all[static_cast<std::size_t>((liana::rank() + 1) % liana::size())]) liana::destroy(each);
    liana::barrier();
    std::vector<global_ptr<char>> again;
    const auto make = [&](std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) again.push_back(liana::make_global_array<char>(bytes));
    };
    make(6);  // more than is free, unless all but the one that is held were taken back
    guard.release();
    make(2);  // and that one, too
    for (const auto& each : again) liana::destroy(each);
    liana::barrier();
  }
}

TEST(destroy, of_no_object_does_nothing) {
  const auto none = liana::make_global_array<int>(0);
  EXPECT_TRUE(none == nullptr);
  liana::destroy(none);
}

TEST(destroy, of_what_is_no_start_of_a_live_object_is_a_usage_error_at_the_home) {
  const auto array = liana::make_global_array<std::int64_t>(1024);
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { liana::destroy(array + 1); }, {"destroy", "not the start"}));
  const auto second_block = array + 512;
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { liana::destroy(second_block); }, {"destroy", "not the start"}));
  array.put(5);
  EXPECT_EQ(array.get(), 5);
  liana::destroy(array);
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { liana::destroy(array); }, {"destroy", "destroyed already"}));
}

TEST(destroy, from_another_rank_a_second_time_is_logged_by_the_home) {
  if (liana::size() < 2) GTEST_SKIP() << "there is no other rank";
  const auto object = liana::broadcast(liana::make_global<std::int64_t>(1), 0);
  if (liana::rank() == 1) {
    liana::destroy(object);
    liana::destroy(object);
  }
  liana::barrier();
  if (liana::rank() == 0) {
    const captured_output output;
    const auto next = liana::make_global<std::int64_t>(2);
    const std::string text = output.text();
    EXPECT_NE(text.find("error: destroy of"), std::string::npos) << text;
    EXPECT_NE(text.find("destroyed twice"), std::string::npos) << text;
    EXPECT_EQ(next.get(), 2);
    liana::destroy(next);
  }
  liana::barrier();
}

TEST(elements, larger_than_any_block_are_a_usage_error) {
  using too_large = sized<(std::size_t{1} << 30) + 1>;
  const std::string largest = std::to_string(std::size_t{1} << 30);
  EXPECT_TRUE(throws_naming<liana::usage_error>([] { (void)liana::make_global_array<too_large>(1); },
                                                {"make_global_array", "at most " + largest}));
  EXPECT_TRUE(throws_naming<liana::usage_error>([] { (void)liana::make_array<too_large>(1); },
                                                {"make_array", "at most " + largest}));
}

// What a rank cached of the object that lived here before must not be taken for the new one. A home
// has one of them at a time, so addresses do come again.
TEST(reuse, of_an_address_shows_no_rank_the_old_object) {
  std::vector<std::uint64_t> seen_addresses;
  bool reused = false;
  const std::size_t rounds = repetitions(2 * segment_bytes / mebibyte);
  for (std::uint64_t round = 1; round <= rounds; ++round) {
    const liana::rank_t home = static_cast<liana::rank_t>(round) % liana::size();
    global_ptr<chunk> object;
    if (liana::rank() == home) object = liana::make_global<chunk>();
    object = liana::broadcast(object, home);
    const auto head = reinterpret_pointer_cast<std::uint64_t>(object);
    const auto tail = head + static_cast<std::ptrdiff_t>(mebibyte / 8 - 1);
    EXPECT_EQ(head.get(), 0U) << "round " << round;
    EXPECT_EQ(tail.get(), 0U) << "round " << round;
    liana::barrier();
    if (liana::rank() == (home + 1) % liana::size()) {
      head.put(round);
      tail.put(round);
    }
    liana::barrier();
    EXPECT_EQ(head.get(), round);
    EXPECT_EQ(tail.get(), round);
    const auto address = std::bit_cast<std::uint64_t>(object);
    reused = reused || std::find(seen_addresses.begin(), seen_addresses.end(), address) != seen_addresses.end();
    seen_addresses.push_back(address);
    liana::barrier();
    if (liana::rank() == (home + 2) % liana::size()) liana::destroy(object);
    liana::barrier();
  }
  EXPECT_TRUE(reused) << "no address came twice, so this run has checked nothing";
}

TEST(reuse, of_small_objects_shows_no_rank_the_old_one) {
  const auto rounds = static_cast<int>(repetitions(100));
  for (int round = 0; round < rounds; ++round) {
    const auto objects = from_every_rank(liana::make_global<std::int64_t>());
    for (const auto& object : objects) EXPECT_EQ(object.get(), 0) << "round " << round;
    liana::barrier();
    objects[static_cast<std::size_t>((liana::rank() + 1) % liana::size())].put(round + 1);
    liana::barrier();
    for (const auto& object : objects) EXPECT_EQ(object.get(), round + 1);
    liana::barrier();
    liana::destroy(objects[static_cast<std::size_t>((liana::rank() + round) % liana::size())]);
    liana::barrier();
  }
}

TEST(exhaustion, of_the_segment_by_objects_is_reported_and_recoverable) {
  std::vector<global_ptr<chunk>> objects;
  const auto fill = [&] {
    for (std::size_t i = 0; i <= segment_bytes / mebibyte; ++i) objects.push_back(liana::make_global<chunk>());
  };
  EXPECT_TRUE(throws_naming<liana::resource_error>(fill, {"1048576", "free", "LIANA_SEGMENT_BYTES"}));
  EXPECT_GE(objects.size(), segment_bytes / mebibyte / 2) << "the segment was nearly empty";
  const std::size_t fitted = objects.size();
  for (const auto& object : objects) liana::destroy(object);
  objects.clear();
  for (std::size_t i = 0; i < fitted; ++i) objects.push_back(liana::make_global<chunk>());
  for (const auto& object : objects) liana::destroy(object);
  liana::barrier();
}

TEST(exhaustion, by_one_large_array_names_what_was_asked_for) {
  const std::size_t n = 4 * segment_bytes;
  EXPECT_TRUE(throws_naming<liana::resource_error>([&] { (void)liana::make_global_array<char>(n); },
                                                   {std::to_string(n), "free", "LIANA_SEGMENT_BYTES"}));
  liana::destroy(liana::make_global_array<char>(segment_bytes / 4));
}

TEST(exhaustion, by_a_size_that_overflows_is_reported_too) {
  const std::size_t huge = std::numeric_limits<std::size_t>::max();
  EXPECT_THROW((void)liana::make_global_array<std::uint64_t>(huge), liana::resource_error);
  EXPECT_THROW((void)liana::make_global_array<std::uint64_t>(huge / 8), liana::resource_error);
  EXPECT_THROW((void)liana::make_global_array<sized<3>>(huge / 3), liana::resource_error);
  EXPECT_THROW((void)liana::make_global_array<std::uint64_t>(huge / 8 + 2), liana::resource_error);
}

TEST(exhaustion, by_a_distributed_array_is_reported_on_every_rank) {
  const std::size_t n = 4 * segment_bytes * static_cast<std::size_t>(liana::size());
  EXPECT_TRUE(
      throws_naming<liana::resource_error>([&] { (void)liana::make_array<char>(n); }, {"free", "LIANA_SEGMENT_BYTES"}));
  EXPECT_THROW((void)liana::make_array<std::uint64_t>(std::numeric_limits<std::size_t>::max() / 4),
               liana::resource_error);
  auto a = liana::make_array<char>(1000);
  liana::destroy(a);
}

TEST(exhaustion, of_one_rank_fails_a_distributed_array_on_every_rank) {
  std::vector<global_ptr<chunk>> ballast;
  if (liana::rank() == liana::size() - 1) {
    const auto fill = [&] {
      for (;;) ballast.push_back(liana::make_global<chunk>());
    };
    EXPECT_THROW(fill(), liana::resource_error);
  }
  const std::size_t n = segment_bytes / 2 * static_cast<std::size_t>(liana::size());
  EXPECT_THROW((void)liana::make_array<char>(n), liana::resource_error);
  for (const auto& object : ballast) liana::destroy(object);
  // What the other ranks had set aside for the failed one must be free again, now and after several failures.
  for (int round = 0; round < 4; ++round) {
    auto array = liana::make_array<char>(n);
    liana::destroy(array);
  }
}

}  // namespace
