#include "tests/sim/threads_program.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <liana/allocation.hpp>
#include <liana/collectives.hpp>
#include <liana/error.hpp>

#include "tests/sim/random_thread.hpp"

namespace liana_tests::sim {

random_accesses::random_accesses(std::size_t ranks, unsigned threads, unsigned accesses, std::uint64_t seed, bool mixed)
    : ranks_(ranks),
      threads_(threads),
      accesses_(accesses),
      seed_(seed),
      mixed_(mixed),
      known_(ranks),
      mail_(ranks * threads) {}

void random_accesses::set_up(liana::rank_t rank) {
  known_objects& known = known_[static_cast<std::size_t>(rank)];
  for (std::size_t home = 0; home < ranks_; ++home) {
    const bool mine = home == static_cast<std::size_t>(rank);
    const auto told = [&](auto made) { return liana::broadcast(made, static_cast<liana::rank_t>(home)); };
    known.counted_small.push_back(told(mine ? liana::make_global<small>() : liana::global_ptr<small>()));
    for (unsigned i = 0; i < threads_; ++i) {
      known.counted.push_back(told(mine ? liana::make_global<large>() : liana::global_ptr<large>()));
      known.published.push_back(told(mine ? liana::make_global<page>() : liana::global_ptr<page>()));
    }
  }
  known.added_to = liana::broadcast(liana::make_atomic<std::uint64_t>(), 0);
  known.mutex = liana::broadcast(liana::make_mutex(), static_cast<liana::rank_t>(ranks_ - 1));
  known.shared_mutex = liana::broadcast(liana::make_shared_mutex(), 0);
  for (liana::rank_t home = 0; home < 2; ++home) {
    known.locked.push_back(liana::broadcast(liana::make_global<std::uint64_t>(0), home));
  }
  // Each thread's lies at the next rank.
  std::rotate(known.published.begin(), known.published.begin() + threads_, known.published.end());
  known.cells = liana::make_array<std::uint64_t>(mail_.size() * cells_each,
                                                 {.block_bytes = 128, .layout = liana::layout::cyclic});
  known.table = liana::make_array<std::uint64_t>(table_size, {.block_bytes = 256, .layout = liana::layout::cyclic});
}

void random_accesses::act(const participant& who) {
  random_thread me(*this, who);
  for (unsigned i = 0; i < accesses_ && !testing::Test::HasFailure(); ++i) {
    try {
      me.do_something();
    } catch (const liana::resource_error&) {
      note(refused_, 1);
    }
  }
}

void random_accesses::look_back(liana::rank_t rank) {
  const known_objects& known = known_[static_cast<std::size_t>(rank)];
  std::uint64_t writes = 0;
  for (const auto& each : known.counted_small) {
    writes += each.get().version();
  }
  for (const auto& each : known.counted) {
    writes += each.get().version();
  }
  EXPECT_EQ(writes, counted_.load()) << "writes of counted objects were lost, as rank " << rank << " sees it";
  std::vector<std::uint64_t> table(table_size);
  known.table.get(0, table);
  EXPECT_EQ(std::accumulate(table.begin(), table.end(), std::uint64_t{0}), tabled_.load())
      << "writes of the table were lost, as rank " << rank << " sees it";
  EXPECT_EQ(known.added_to.load(), added_.load()) << "additions were lost, as rank " << rank << " sees it";
  for (std::size_t i = 0; i < known.locked.size(); ++i) {
    EXPECT_EQ(known.locked[i].get(), locked_[i].load()) << "writes under lock " << i << " were lost";
  }
  if (rank == 0) {
    counts_ = liana::stats();
  }
}

std::string random_accesses::summary() const {
  return fmt::format(
      "{} hits, {} misses, {} evictions, {} near accesses, {} lock retries; {} objects made, passed on and destroyed; "
      "{} "
      "accesses refused for want of room",
      counts_.hits, counts_.misses, counts_.evictions, counts_.home_accesses, counts_.lock_retries, passed_on_.load(),
      refused_.load());
}

}  // namespace liana_tests::sim
