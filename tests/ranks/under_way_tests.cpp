// Operations that are still under way when the call that began them has returned: what comes right behind them must
// neither wait for ever nor find their memory gone. Over shared memory everything has ended by then, so these bite
// where an RDMA device carries the operations.

#include <vector>

#include <gtest/gtest.h>

#include "tests/ranks/support.hpp"

namespace {

using namespace liana_tests;

using part = sized<400>;  // more than is written inline, less than a block

// A release that takes its bytes from a claimed replica was ended by nobody who waited for that claim.
TEST(a_put_of_part_of_a_block, may_be_followed_at_once_by_accesses_to_the_same_block) {
  const auto a = liana::make_array<part>(static_cast<std::size_t>(liana::size()) * 20);
  const std::size_t per_rank = a.size() / static_cast<std::size_t>(liana::size());
  // Everybody in the part of the next rank, which is far where any is.
  const std::size_t first = static_cast<std::size_t>((liana::rank() + 1) % liana::size()) * per_rank;
  for (std::size_t i = 0; i < per_rank; ++i) {
    a[first + i] = numbered<part>(i);
    if (i != 0) {
      EXPECT_TRUE(holds(a.ptr(first + i - 1).get(), i - 1));
    }
    a[first + i] = numbered<part>(i + 1);
    a.ptr(first + i).update([&](part& there) {
      EXPECT_TRUE(holds(there, i + 1));
      there = numbered<part>(i);
    });
  }
  liana::barrier();
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_TRUE(holds(a.ptr(i).get(), i % per_rank));
  }
  liana::barrier();
}

// Releases that had landed kept their replicas from being evicted until the next collective call.
TEST(puts_of_blocks, beyond_the_size_of_the_cache_need_no_barrier) {
  using block = sized<4096>;
  constexpr std::size_t blocks = 5000;  // 20 MiB; the tests run with a cache of 16 MiB
  const liana::rank_t home = liana::size() - 1;
  const auto made = liana::rank() == home ? liana::make_global_array<block>(blocks) : liana::global_ptr<block>();
  const auto all = liana::broadcast(made, home);
  if (liana::rank() == 0) {
    for (std::size_t i = 0; i < blocks; ++i) {
      (all + static_cast<std::ptrdiff_t>(i)).put(numbered<block>(i));
    }
  }
  liana::barrier();
  if (liana::rank() == home) {
    for (std::size_t i = 0; i < blocks; i += 97) {
      EXPECT_TRUE(holds((all + static_cast<std::ptrdiff_t>(i)).get(), i));
    }
    liana::destroy(made);
  }
  liana::barrier();
}

// A prefetch that a barrier did not wait for wrote its mark into what lay there next.
TEST(a_prefetch, has_ended_when_a_barrier_has) {
  constexpr std::size_t objects = 60;
  using before = sized<64>;
  using after = sized<512>;
  for (int round = 0; round < 3; ++round) {
    std::vector<liana::global_ptr<before>> mine(objects);
    for (auto& each : mine) {
      each = liana::make_global<before>(numbered<before>(1));
    }
    for (std::size_t i = 0; i < objects; ++i) {
      for (const auto& each : from_every_rank(mine[i])) {
        each.prefetch();
      }
    }
    liana::barrier();
    for (auto& each : mine) {
      liana::destroy(each);
    }
    std::vector<liana::global_ptr<after>> next(objects / 8);
    for (auto& each : next) {
      each = liana::make_global<after>(numbered<after>(2));
    }
    liana::barrier();
    for (auto& each : next) {
      EXPECT_TRUE(holds(each.get(), 2));
      liana::destroy(each);
    }
  }
  liana::barrier();
}

}  // namespace
