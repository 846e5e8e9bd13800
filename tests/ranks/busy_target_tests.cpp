// A rank that computes for seconds without a call of Liana: what others do with its memory goes on meanwhile, because
// nothing of it needs the rank's own code. The computing rank waits for a plain word of its memory to change, so an
// access that did need it would never end.

#include <chrono>
#include <cstdio>

#include <gtest/gtest.h>

#include "tests/ranks/support.hpp"

namespace {

using liana::global_ptr;
using namespace liana_tests;
using page = uniform_words<512>;

constexpr liana::rank_t target = 1;
constexpr int accesses = 200;

struct at_target {
  global_ptr<std::uint64_t> go_on;    // what the target looks at
  global_ptr<std::uint64_t> counter;  // read and written by the others
  global_ptr<page> cached;            // a replica lies at the target, and everywhere
};

double microseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
}

// What one of the others does to the target: reads that miss, writes, and writes that invalidate the target's replica.
// The mean time of one access in microseconds.
double use(const at_target& memory) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < accesses; ++i) {
    memory.counter.update([](std::uint64_t& value) { ++value; });
    const page before = memory.cached.get();
    EXPECT_TRUE(before.uniform());
    memory.cached.update([](page& value) { value.increment(); });
  }
  return microseconds_since(start) / (3 * accesses);
}

// 3 s at least, and until all others have ended; no call of Liana or MPI.
std::uint64_t compute(const std::uint64_t* go_on, std::uint64_t others) {
  const auto start = std::chrono::steady_clock::now();
  std::uint64_t result = 0;
  while (microseconds_since(start) < 3e6 || __atomic_load_n(go_on, __ATOMIC_ACQUIRE) != others) {
    for (std::uint64_t i = 0; i < 100'000; ++i) result = mixed(result + i);
  }
  return result;
}

TEST(a_target_that_computes, delays_no_read_write_or_invalidation) {
  if (liana::size() < 2) GTEST_SKIP() << "needs two ranks";
  at_target memory{liana::make_global<std::uint64_t>(0), liana::make_global<std::uint64_t>(0),
                   liana::make_global<page>(page::filled(0))};
  // The page's home is the last rank, so with three ranks the target is a sharer like any other.
  const liana::rank_t page_home = liana::size() - 1;
  memory = {liana::broadcast(memory.go_on, target), liana::broadcast(memory.counter, target),
            liana::broadcast(memory.cached, page_home)};
  const auto others = static_cast<std::uint64_t>(liana::size()) - 1;
  double idle = 0;
  if (liana::rank() != target) idle = use(memory);
  liana::barrier();
  EXPECT_EQ(memory.cached.get().value[0], others * accesses);  // now a replica lies at the target
  liana::barrier();
  double busy = 0;
  if (liana::rank() == target) {
    EXPECT_NE(compute(memory.go_on.local(), others), 0U);
  } else {
    busy = use(memory);
    memory.go_on.update([](std::uint64_t& value) { ++value; });
  }
  liana::barrier();
  EXPECT_EQ(memory.counter.get(), 2 * others * accesses);
  EXPECT_EQ(memory.cached.get().value[0], 2 * others * accesses);
  if (liana::rank() == 0) {
    std::printf("an access of rank 0 took %.1f us on average while rank %d waited, %.1f us while it computed\n", idle,
                target, busy);
  }
  liana::barrier();
}

}  // namespace
