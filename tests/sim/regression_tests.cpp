// One test for each fault of the runtime that took a delay, a failure or an order of events that no real transport
// gives on demand.

#include <sched.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <liana/allocation.hpp>
#include <liana/array.hpp>
#include <liana/atomic.hpp>
#include <liana/error.hpp>
#include <liana/global_ptr.hpp>
#include <liana/runtime.hpp>

#include "runtime/coherence/coherence.hpp"
#include "tests/sim/program.hpp"
#include "tests/sim/simulation.hpp"

namespace liana_tests::sim {
namespace {

using namespace std::chrono_literals;
using liana::detail::runtime_state;

/// A program made of what one rank does and what another one does meanwhile.
class played final : public simulated_program {
 public:
  using part = std::function<void(runtime_state&)>;
  played(part set_up, std::vector<part> by_rank) : set_up_(std::move(set_up)), by_rank_(std::move(by_rank)) {}

  void set_up(runtime_state& state) override {
    if (set_up_) set_up_(state);
  }
  void act(runtime_state& state, unsigned /*thread*/) override {
    const auto rank = static_cast<std::size_t>(state.rank());
    if (rank < by_rank_.size() && by_rank_[rank]) by_rank_[rank](state);
  }

 private:
  part set_up_;
  std::vector<part> by_rank_;
};

void pass(std::chrono::nanoseconds time) { scheduler::active()->sleep(time); }

using block = std::array<std::uint64_t, 32>;
using pointer = liana::global_ptr<block>;

/// Blocks with their homes; made by these in set_up.
struct blocks_of {
  explicit blocks_of(std::vector<liana::rank_t> its_homes) : homes(std::move(its_homes)), at(homes.size()) {}
  void make(runtime_state& state) {
    for (std::size_t i = 0; i < homes.size(); ++i) {
      if (homes[i] == state.rank()) at[i] = liana::make_global<block>();
    }
  }
  std::vector<liana::rank_t> homes;
  std::vector<pointer> at;
};

// The end of the runtime waited for ever in its last exchange for a rank that was lost after some had met and before it
// had told the others.
TEST(end, notices_a_rank_that_is_lost_at_any_moment_of_it) {
  for (const auto what : {accident::kind::lost_rank, accident::kind::broken_connection}) {
    for (std::uint64_t after = 0; after < 160; ++after) {
      auto with = ranks_apart(3);
      with.goes_wrong = {.what = what, .after = after, .rank = 2, .to = 0};
      simulation world(with, 1);
      played nothing(nullptr, {});
      EXPECT_FALSE(world.run(nothing).hung) << "accident after " << after << " choices";
    }
  }
}

// A rank on the host of a home that had died waited for ever for a block whose far holder was alive and could not give
// it back.
TEST(a_wait_for_a_far_holder, ends_when_the_home_is_gone) {
  auto with = ranks_apart(3);
  with.real_hosts = {0, 0, 1};
  simulation world(with, 1);
  blocks_of blocks({0});
  bool told = false;
  bool held = false;
  played program([&](runtime_state& state) { blocks.make(state); }, {nullptr,
                                                                     [&](runtime_state&) {
                                                                       while (!held) pass(1ms);
                                                                       try {
                                                                         static_cast<void>(blocks.at[0].get());
                                                                       } catch (const liana::peer_error& problem) {
                                                                         told = problem.peer() == 0;
                                                                       }
                                                                     },
                                                                     [&](runtime_state&) {
                                                                       auto guard = blocks.at[0].write();
                                                                       world.wires().hold(2, 0, true);
                                                                       guard.release();
                                                                       world.turns().kill(0);
                                                                       world.wires().lose(0);
                                                                       held = true;
                                                                       pass(1s);
                                                                     }});
  EXPECT_FALSE(world.run(program).hung);
  EXPECT_TRUE(told);
}

// A rank that waited did not look at its own release, which had failed and left a block locked: if whoever it waited
// for wanted that block, both waited for ever.
TEST(a_wait, notices_that_an_earlier_release_has_failed) {
  simulation world(ranks_apart(3), 1);
  blocks_of blocks({1, 0});
  bool told = false;
  bool held = false;
  bool released = false;
  played program([&](runtime_state& state) { blocks.make(state); },
                 {[&](runtime_state&) {
                    {
                      auto guard = blocks.at[0].write();
                      while (!held) pass(1ms);
                      world.wires().hold(0, 1, true);
                      guard.release();
                      world.wires().break_connection(0, 1);
                    }
                    released = true;
                    try {
                      blocks.at[1].put({});
                    } catch (const liana::peer_error& problem) {
                      told = problem.peer() == 1;
                    }
                    world.wires().lose(0);  // its process ends by it
                  },
                  nullptr,
                  [&](runtime_state&) {
                    auto guard = blocks.at[1].write();
                    held = true;
                    while (!released) pass(1ms);
                    EXPECT_THROW(static_cast<void>(blocks.at[0].write()), liana::peer_error);
                  }});
  EXPECT_FALSE(world.run(program).hung);
  EXPECT_TRUE(told);
}

/// Runs an access of rank 0 to a block of rank 1 that is not answered until long after the time limit, and looks for
/// operations that would be reported to memory that is gone.
void expect_nothing_left_of(const std::function<void(pointer, runtime_state&)>& access, bool destroyed = false) {
  auto with = ranks_apart(2);
  with.runtime.timeout = 100ms;
  simulation world(with, 1);
  blocks_of blocks({1, 0});
  bool thrown = false;
  played program([&](runtime_state& state) { blocks.make(state); },
                 {[&](runtime_state& state) {
                    const char here = 0;
                    world.wires().hold(0, 1, true);
                    try {
                      access(blocks.at[0], state);
                    } catch (const liana::timeout_error&) {
                      thrown = true;
                    }
                    for (const auto* const each : world.wires().awaited(0)) {
                      // The stack grows downwards: what the access had there lay below.
                      const auto distance = &here - reinterpret_cast<const char*>(each);
                      EXPECT_FALSE(distance > 0 && distance < 200'000)
                          << "an operation under way is reported to a stack";
                    }
                    state.settings.timeout.reset();
                    world.wires().hold(0, 1, false);
                  },
                  [&](runtime_state&) {
                    pass(1s);
                    world.wires().hold(0, 1, false);
                  }});
  const auto result = world.run(program);
  EXPECT_FALSE(result.hung);
  EXPECT_TRUE(thrown || destroyed);
  EXPECT_EQ(result.failures, std::vector<std::string>(2));
}

// Completions on the stack were freed while the transport still counted on them.
TEST(an_access_that_gave_up, leaves_nothing_under_way_behind) {
  expect_nothing_left_of([](pointer at, runtime_state&) { static_cast<void>(at.get()); });
  expect_nothing_left_of([](pointer at, runtime_state&) { at.put({}); });
  expect_nothing_left_of([](pointer at, runtime_state&) { static_cast<void>(at.read()); });
  expect_nothing_left_of([](pointer at, runtime_state&) { static_cast<void>(at.write()); });
  expect_nothing_left_of([](pointer at, runtime_state&) { liana::reinterpret_pointer_cast<std::uint64_t>(at).put(1); });
  expect_nothing_left_of([](pointer at, runtime_state&) { liana::destroy(at); });
  expect_nothing_left_of([](pointer at, runtime_state&) {
    const std::array blocks{at.address()};
    static_cast<void>(liana::detail::open_reads(blocks));
  });
}

TEST(an_access_that_was_begun_and_gave_up, leaves_nothing_under_way_behind) {
  expect_nothing_left_of([](pointer at, runtime_state&) { static_cast<void>(at.async_get().get()); });
  expect_nothing_left_of([](pointer at, runtime_state&) { at.async_put({}).wait(); });
  expect_nothing_left_of(
      [](pointer at, runtime_state&) { liana::reinterpret_pointer_cast<std::uint64_t>(at).async_put(1).wait(); });
  expect_nothing_left_of([](pointer at, runtime_state&) { static_cast<void>(at.async_put({})); }, true);
}

// Two ranks that each read what the other one's put holds, which nobody had waited for yet, waited for each other.
TEST(a_put_that_nobody_waits_for, gets_on_while_its_rank_waits_for_something_else) {
  simulation world(ranks_apart(3), 1);
  blocks_of blocks({2, 2});
  int holding = 0;
  const auto put_and_read = [&](std::size_t mine) {
    return [&, mine](runtime_state& state) {
      world.wires().hold(state.rank(), 2, true);
      block value{};
      value[0] = 7;
      auto put = blocks.at[mine].async_put(value);
      world.wires().hold(state.rank(), 2, false);
      pass(1s);  // it has the lock now, and nobody has looked
      ++holding;
      while (holding != 2) pass(1ms);
      const auto seen = blocks.at[1 - mine].get()[0];
      EXPECT_TRUE(seen == 0 || seen == 7);
      put.wait();
      EXPECT_EQ(blocks.at[mine].get()[0], 7U);
    };
  };
  played program([&](runtime_state& state) { blocks.make(state); }, {put_and_read(0), put_and_read(1)});
  const auto result = world.run(program);
  EXPECT_FALSE(result.hung);
  EXPECT_EQ(result.failures, std::vector<std::string>(3));
}

// What an unwaited put failed by was nobody's, or that of whoever waited for something else.
TEST(a_put_that_nobody_waits_for, reports_its_failure_to_its_handle) {
  simulation world(ranks_apart(3), 1);
  blocks_of blocks({1, 2});
  bool told = false;
  played program([&](runtime_state& state) { blocks.make(state); }, {[&](runtime_state&) {
                   world.wires().hold(0, 1, true);
                   auto put = blocks.at[0].async_put({});
                   EXPECT_FALSE(put.ready());
                   world.wires().break_connection(0, 1);
                   pass(1s);
                   EXPECT_EQ(blocks.at[1].get()[0], 0U);
                   EXPECT_TRUE(put.ready());
                   try {
                     put.wait();
                   } catch (const liana::peer_error& problem) {
                     told = problem.peer() == 1;
                   }
                   put.wait();  // it is over
                   world.wires().lose(0);
                 }});
  EXPECT_FALSE(world.run(program).hung);
  EXPECT_TRUE(told);
}

// A handle may outlive its runtime, which ends out of step.
TEST(a_put_that_nobody_waits_for, is_given_up_at_the_end_of_a_runtime_that_ends_out_of_step) {
  simulation world(ranks_apart(2), 1);
  blocks_of blocks({1});
  liana::pending_put put;
  played program([&](runtime_state& state) { blocks.make(state); },
                 {[&](runtime_state& state) {
                    world.wires().hold(0, 1, true);
                    put = blocks.at[0].async_put({});
                    state.collective.broken = true;
                    world.wires().hold(0, 1, false);
                  },
                  [](runtime_state& state) { state.collective.broken = true; }});
  EXPECT_FALSE(world.run(program).hung);
  EXPECT_TRUE(put.ready());
  EXPECT_THROW(put.wait(), liana::usage_error);
}

// After a timed-out access the block can be used by everybody: no lock, no claim, no buffer stays behind.
TEST(an_access_that_gave_up, gives_back_what_it_held) {
  for (int kind = 0; kind < 4; ++kind) {
    auto with = ranks_apart(2);
    with.runtime.timeout = 100ms;
    simulation world(with, 1);
    blocks_of blocks({1});
    std::uint64_t seen = 0;
    played program([&](runtime_state& state) { blocks.make(state); },
                   {[&](runtime_state& state) {
                      world.wires().hold(0, 1, true);
                      const auto access = [&] {
                        switch (kind) {
                          case 0:
                            static_cast<void>(blocks.at[0].get());
                            break;
                          case 1:
                            blocks.at[0].put({});
                            break;
                          case 2:
                            static_cast<void>(blocks.at[0].write());
                            break;
                          default:
                            liana::reinterpret_pointer_cast<std::uint64_t>(blocks.at[0]).put(7);
                        }
                      };
                      EXPECT_THROW(access(), liana::timeout_error);
                      state.settings.timeout.reset();
                      blocks.at[0].update([](block& words) { words[5] = 42; });
                      seen = blocks.at[0].get()[5];
                      liana::detail::complete_outstanding(state);
                      EXPECT_EQ(state.replicas->measure().pinned, 0U);
                    },
                    [&](runtime_state&) {
                      pass(1s);
                      world.wires().hold(0, 1, false);
                    }});
    EXPECT_FALSE(world.run(program).hung);
    EXPECT_EQ(seen, 42U);
  }
}

// A release that had failed made the queue forget the others that had landed with it, and their replicas stayed pinned.
TEST(releases, are_all_finished_when_one_of_them_has_failed) {
  simulation world(ranks_apart(3), 1);
  blocks_of blocks({1, 2, 2, 1, 2});
  bool told = false;
  played program([&](runtime_state& state) { blocks.make(state); }, {[&](runtime_state& state) {
                   std::vector<liana::write_guard<block>> guards;
                   for (const pointer each : blocks.at) {
                     guards.push_back(each.write());
                   }
                   world.wires().hold(0, 1, true);
                   world.wires().hold(0, 2, true);
                   for (auto& each : guards) {
                     each.release();
                   }
                   EXPECT_EQ(state.replicas->measure().pinned, blocks.at.size());
                   world.wires().break_connection(0, 1);
                   world.wires().hold(0, 2, false);
                   while (!world.wires().awaited(0).empty()) {
                     pass(1us);
                   }
                   try {
                     liana::detail::complete_outstanding(state);
                   } catch (const liana::peer_error& problem) {
                     told = problem.peer() == 1;
                   }
                   EXPECT_EQ(state.replicas->measure().pinned, 0U);
                 }});
  EXPECT_FALSE(world.run(program).hung);
  EXPECT_TRUE(told);
}

// A put whose release failed gave its replica up twice.
TEST(a_put_whose_release_fails, gives_its_replica_up_once) {
  simulation world(ranks_apart(3), 1);
  blocks_of blocks({1, 2, 2, 2});
  std::vector<std::uint64_t> seen;
  bool broken = false;
  world.wires().set_observer([&](liana::rank_t from, liana::rank_t to, const liana::transport::operation& each) {
    if (from == 0 && to == 1 && each.what == liana::transport::operation::kind::write && !broken) {
      broken = true;
      world.wires().break_connection(0, 1);
    }
  });
  played program([&](runtime_state& state) { blocks.make(state); }, {[&](runtime_state& state) {
                   block words{};
                   words.fill(1);
                   EXPECT_THROW(
                       {
                         blocks.at[0].put(words);
                         liana::detail::complete_outstanding(state);
                       },
                       liana::peer_error);
                   EXPECT_THROW(liana::reinterpret_pointer_cast<std::uint64_t>(blocks.at[0]).put(1), liana::peer_error);
                   for (std::size_t i = 1; i < blocks.at.size(); ++i) {
                     words.fill(10 + i);
                     blocks.at[i].put(words);
                   }
                   for (std::size_t i = 1; i < blocks.at.size(); ++i) {
                     const block found = blocks.at[i].get();
                     EXPECT_TRUE(std::ranges::all_of(found, [&](std::uint64_t word) { return word == 10 + i; }));
                   }
                   liana::detail::complete_outstanding(state);
                   EXPECT_EQ(state.replicas->measure().pinned, 0U);
                 }});
  EXPECT_FALSE(world.run(program).hung);
  EXPECT_TRUE(broken);
}

// Without an operation buffer an access threw with its claim in hand: the block could never be used again.
TEST(an_access_without_a_buffer, gives_its_claim_back) {
  auto with = ranks_apart(2);
  simulation world(with, 1);
  blocks_of blocks({1});
  played program([&](runtime_state& state) { blocks.make(state); }, {[&](runtime_state& state) {
                   state.job.buffer_patience = 20ms;
                   std::vector<liana::detail::operation_buffer*> taken;
                   while (auto* const buffer = state.buffers->take()) taken.push_back(buffer);
                   EXPECT_THROW(static_cast<void>(blocks.at[0].get()), liana::resource_error);
                   EXPECT_THROW(blocks.at[0].put({}), liana::resource_error);
                   EXPECT_THROW(static_cast<void>(blocks.at[0].async_put({})), liana::resource_error);
                   blocks.at[0].prefetch();  // a hint: it gives up
                   EXPECT_THROW(static_cast<void>(blocks.at[0].async_get().get()), liana::resource_error);
                   const std::array at{blocks.at[0].address()};
                   EXPECT_THROW(static_cast<void>(liana::detail::open_reads(at)), liana::resource_error);
                   for (auto* const each : taken) state.buffers->give_back(each);
                   blocks.at[0].update([](block& words) { words[0] = 3; });
                   EXPECT_EQ(blocks.at[0].get()[0], 3U);
                 }});
  const auto result = world.run(program);
  EXPECT_FALSE(result.hung);
  EXPECT_EQ(result.failures, std::vector<std::string>(2));
}

// A cache full of what releases under way keep was reported as too small after a second, however slow the network; and
// later still where the releases had landed at the very moment at which the second was over.
TEST(a_cache_full_of_releases_under_way, waits_for_them) {
  simulation world(ranks_apart(2), 1);
  blocks_of blocks(std::vector<liana::rank_t>(30, 1));
  played program(
      [&](runtime_state& state) {
        const auto& layout = state.layout_of(state.rank());
        state.replicas.emplace(std::span(state.memory.segment.data() + layout.cache, 2 * liana::detail::page_bytes),
                               [](std::byte*, std::size_t) {});
        state.replicas->describe(state.hot);
        blocks.make(state);
      },
      {[&](runtime_state& state) {
         // Taken one by one, and released while nothing moves.
         std::vector<liana::write_guard<block>> guards;
         for (std::size_t i = 0; i < 16; ++i) guards.push_back(blocks.at[i].write());
         world.wires().hold(0, 1, true);
         for (auto& each : guards) each.release();
         EXPECT_EQ(state.replicas->measure().pinned, 16U);
         blocks.at[20].put({});
       },
       [&](runtime_state&) {
         pass(4s);
         world.wires().hold(0, 1, false);
       }});
  const auto result = world.run(program);
  EXPECT_FALSE(result.hung);
  EXPECT_EQ(result.failures, std::vector<std::string>(2));
}

/// All threads of all ranks read, write and change many words far away, in bulk, with few operation buffers.
class crowd final : public simulated_program {
 public:
  void set_up(runtime_state& state) override {
    const auto& layout = state.layout_of(state.rank());
    auto* const first =
        reinterpret_cast<liana::detail::operation_buffer*>(state.memory.segment.data() + layout.operation_buffers);
    state.buffers.emplace(std::span(first, 5));  // an operation on words wants four
  }
  void act(runtime_state& state, unsigned thread) override {
    auto& [array, words] = of_rank_[static_cast<std::size_t>(state.rank())];
    if (thread == 0) {
      array = liana::make_array<std::uint64_t>(size, {.block_bytes = 32, .layout = liana::layout::cyclic});
      words = liana::make_atomic_array<std::uint64_t>(size);
      ready_.fetch_add(1);
    }
    while (ready_.load() != 2) sched_yield();
    std::vector<std::uint64_t> values(size, thread);
    std::vector<std::size_t> all(size);
    std::iota(all.begin(), all.end(), std::size_t{0});
    for (int round = 0; round < 3; ++round) {
      array.put(0, values);
      array.get(0, values);
      array.prefetch(0, size);
      words.fetch_add(all, std::vector<std::uint64_t>(size, 1), values);
    }
  }

 private:
  static constexpr std::size_t size = 48;
  struct handles {
    liana::array<std::uint64_t> array;
    liana::atomic_array<std::uint64_t> words;
  };
  std::array<handles, 2> of_rank_;
  std::atomic<int> ready_{0};
};

// Bulk accesses of more threads than there were buffers for failed.
TEST(operations_without_a_buffer, wait_for_those_under_way) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    auto with = ranks_apart(2);
    with.threads = 4;
    with.schedule.how = scheduling::random;
    with.schedule.mean_run = std::uint64_t{1} << (seed % 6);
    simulation world(with, seed);
    crowd program;
    const auto result = world.run(program);
    ASSERT_FALSE(result.hung) << "seed " << seed << ": " << world.turns().unfinished();
    ASSERT_EQ(result.failures, std::vector<std::string>(2)) << "seed " << seed;
  }
}

// A runtime that ended out of step destroyed its releases before the transport that was to report to them.
TEST(a_runtime_that_ends_out_of_step, leaves_nothing_under_way_behind) {
  simulation world(ranks_apart(3), 1);
  blocks_of blocks({1});
  std::size_t left = 99;
  played program([&](runtime_state& state) { blocks.make(state); }, {[&](runtime_state& state) {
                   world.wires().break_connection(0, 2);
                   {
                     auto guard = blocks.at[0].write();
                     world.wires().hold(0, 1, true);
                     guard.release();
                   }
                   EXPECT_FALSE(world.wires().awaited(0).empty());
                   state.collective.broken = true;
                 }});
  const auto result = world.run(program);
  left = world.wires().awaited(0).size();
  EXPECT_EQ(left, 0U);
  EXPECT_FALSE(result.hung);
}

// ---- the simulation itself ----

TEST(a_seed, is_one_schedule) {
  const auto trace_of = [](std::uint64_t seed) {
    std::vector<std::string> lines;
    static_cast<void>(play(seed, [&lines](const std::string& line) { lines.push_back(line); }));
    return lines;
  };
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const auto first = trace_of(seed);
    static_cast<void>(play(1000 + seed));
    EXPECT_EQ(first, trace_of(seed)) << "seed " << seed;
    EXPECT_GT(first.size(), 40U);
  }
}

}  // namespace
}  // namespace liana_tests::sim
