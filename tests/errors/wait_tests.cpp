// Waits that last: rank 0 waits for what another rank holds, and is told by a warning or, where its time is limited, by
// a timeout_error, which block or lock that is, and who holds it.

#include <algorithm>
#include <chrono>
#include <functional>
#include <mutex>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

#include "tests/errors/thrown.hpp"
#include "tests/ranks/captured_output.hpp"
#include "tests/ranks/lifecycle_support.hpp"

namespace {

using namespace liana_tests;
using namespace std::chrono_literals;
using object = liana::global_ptr<std::int64_t>;
using seconds = std::chrono::duration<double>;

seconds since(std::chrono::steady_clock::time_point start) { return std::chrono::steady_clock::now() - start; }

// The longest of all ranks. Collective.
seconds longest(seconds mine) {
  double of_all = 0;
  const double count = mine.count();
  MPI_Allreduce(&count, &of_all, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return seconds(of_all);
}

// The limit of the waits that must time out. It also limits what the ranks wait for each other at start and end, so it
// is ten times what both take on this machine, which may be an emulated one, or have other work. Collective.
seconds limit() {
  static const seconds result = [] {
    plain_barrier();
    const auto start = std::chrono::steady_clock::now();
    { const liana::runtime runtime(MPI_COMM_WORLD, liana::options{}); }
    return std::max(seconds(500ms), longest(10 * since(start)));
  }();
  return result;
}

// The objects live at rank 1.
constexpr liana::rank_t home = 1;

/// Who holds an object, and how: rank 2 with a write guard, for which readers and writers wait; or the home with its
/// own read guard, for which writers wait.
struct holder {
  const char* name;
  liana::rank_t rank;
  bool writes;
};

constexpr holder holders[] = {{"writer", 2, true}, {"reader", home, false}};

// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest's name
void PrintTo(const holder& who, std::ostream* out) { *out << "rank " << who.rank; }

void hold(const holder& who, const object& held, const std::function<void()>& meanwhile) {
  if (who.writes) {
    const auto guard = held.write();
    meanwhile();
  } else {
    const auto guard = held.read();
    meanwhile();
  }
}

std::string text_of(const object& pointer) {
  std::ostringstream text;
  text << pointer;
  return text.str();
}

std::string rank_text(liana::rank_t rank) { return "rank " + std::to_string(rank); }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// With more ranks the others only take part in the barriers.
constexpr const char* needed = "needs a rank that waits, a home and a rank that holds";

class wait_for : public ::testing::TestWithParam<holder> {};

// The barriers are not Liana's, because the time that its own waits are given is what is tested.
TEST_P(wait_for, a_holder_times_out) {
  if (world_size() < 3) GTEST_SKIP() << needed;
  const holder who = GetParam();
  const liana::runtime runtime(MPI_COMM_WORLD, liana::options{.timeout = limit()});
  const auto held = liana::broadcast(liana::make_global<std::int64_t>(0), home);
  plain_barrier();
  const auto be_there = [] {
    plain_barrier();
    plain_barrier();
  };
  if (liana::rank() == who.rank) {
    hold(who, held, be_there);
  } else if (liana::rank() != 0) {
    be_there();
  } else {
    plain_barrier();
    EXPECT_TRUE(throws_naming<liana::timeout_error>([&] { held.put(1); }, {text_of(held), rank_text(who.rank)}));
    // A reader waits for a writer as a writer does, and never for a reader.
    if (who.writes) {
      EXPECT_THROW((void)held.get(), liana::timeout_error);
    } else {
      EXPECT_EQ(held.get(), 0);
    }
    plain_barrier();
  }
  plain_barrier();
  if (liana::rank() == 0) {
    held.put(5);
    EXPECT_EQ(held.get(), 5) << "the object is usable once the holder is gone";
  }
  plain_barrier();
}

// The waiter cannot be made to wait for long enough, because a busy machine may give it no processor in that time:
// where it was not warned, the holder tries again and holds for twice as long.
TEST_P(wait_for, a_holder_is_warned_of) {
  if (world_size() < 3) GTEST_SKIP() << needed;
  const holder who = GetParam();
  const liana::runtime runtime(MPI_COMM_WORLD, liana::options{.warn_after = 200ms});
  const auto held = liana::broadcast(liana::make_global<std::int64_t>(0), home);
  std::string text;
  for (auto time = 500ms; time < 1min; time *= 2) {
    plain_barrier();
    if (liana::rank() == who.rank) {
      hold(who, held, [&] {
        plain_barrier();
        std::this_thread::sleep_for(time);
      });
    } else {
      plain_barrier();
      if (liana::rank() == 0) {
        const captured_output output;
        held.put(1);
        text = output.text();
      }
    }
    int warned = contains(text, "warning") ? 1 : 0;
    MPI_Bcast(&warned, 1, MPI_INT, 0, MPI_COMM_WORLD);
    if (warned != 0) break;
  }
  if (liana::rank() == 0) {
    for (const std::string& part : {std::string("warning"), text_of(held), rank_text(who.rank)}) {
      EXPECT_TRUE(contains(text, part)) << part << " in: " << text;
    }
    EXPECT_EQ(held.get(), 1);
  }
  plain_barrier();
}

INSTANTIATE_TEST_SUITE_P(errors, wait_for, ::testing::ValuesIn(holders), name_of_parameter);

// An array of two blocks for each rank. Rank 2 holds one of rank 1's, and rank 0 wants it beside others.
TEST(wait_for_a_range, times_out_in_each_access) {
  if (world_size() < 3) GTEST_SKIP() << needed;
  constexpr std::size_t block = 512;  // elements
  constexpr std::size_t held_block = 3 * block;
  constexpr std::size_t first = block;
  constexpr std::size_t count = 4 * block;
  const liana::runtime runtime(MPI_COMM_WORLD, liana::options{.timeout = limit()});
  const std::size_t elements = 2 * block * static_cast<std::size_t>(liana::size());
  auto array = liana::make_array<std::int64_t>(elements);
  plain_barrier();
  if (liana::rank() == 2) {
    const auto view = array.write(held_block, block);
    plain_barrier();
    plain_barrier();
  } else {
    plain_barrier();
    if (liana::rank() == 0) {
      std::vector<std::int64_t> values(count, 1);
      const std::vector<std::size_t> index{0, held_block + 7, 5 * block};
      std::vector<std::int64_t> few(index.size(), 2);
      const std::pair<const char*, std::function<void()>> accesses[] = {
          {"get", [&] { array.get(first, values); }},        {"put", [&] { array.put(first, values); }},
          {"gather", [&] { array.gather(index, few); }},     {"scatter", [&] { array.scatter(index, few); }},
          {"read", [&] { (void)array.read(first, count); }}, {"write", [&] { (void)array.write(first, count); }},
      };
      for (const auto& [name, access] : accesses) {
        EXPECT_TRUE(throws_naming<liana::timeout_error>(access, {"rank 2"})) << name;
      }
    }
    plain_barrier();
  }
  plain_barrier();
  liana::barrier();
  // Rank 0, which was refused, holds nothing, and what was held is as good as before.
  if (liana::rank() == 1) array.put(0, std::vector<std::int64_t>(elements, 5));
  plain_barrier();
  liana::barrier();
  std::vector<std::int64_t> all(elements);
  array.get(0, all);
  EXPECT_TRUE(std::all_of(all.begin(), all.end(), [](std::int64_t each) { return each == 5; }));
  plain_barrier();
}

// Rank 2 has a mutex. Rank 0 gives up its place in the queue, and rank 1, which comes behind it, is told.
TEST(wait_for_a_mutex, times_out_and_so_does_the_rank_behind) {
  if (world_size() < 3) GTEST_SKIP() << needed;
  const liana::runtime runtime(MPI_COMM_WORLD, liana::options{.timeout = limit()});
  const auto mutex = liana::broadcast(liana::make_mutex(), home);
  const auto lock = [&] { const std::scoped_lock held(mutex); };
  if (liana::rank() == 2) mutex.lock();
  plain_barrier();
  if (liana::rank() == 0) {
    EXPECT_TRUE(throws_naming<liana::timeout_error>(lock, {"lock of rank 1", "rank 2, which is in front"}));
  }
  plain_barrier();
  if (liana::rank() == 1) {
    EXPECT_TRUE(throws_naming<liana::timeout_error>(lock, {"lock of rank 1", "rank 0 ", "has given up"}));
  }
  plain_barrier();
  if (liana::rank() == 2) mutex.unlock();
  plain_barrier();
}

}  // namespace
