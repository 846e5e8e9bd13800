// Guards in place that another thread closes, and plain memory, under random schedules.

#include <sched.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <liana/allocation.hpp>
#include <liana/global_ptr.hpp>
#include <liana/runtime.hpp>

#include "tests/sim/simulation.hpp"

namespace liana_tests::sim {
namespace {

using liana::detail::runtime_state;

/// Rank 0 reads in place what rank 1 writes from afar. The guard of its first thread is closed by its second one, while
/// the first reads on.
class handed_over_guard final : public simulated_program {
 public:
  static constexpr std::size_t words = 300;  ///< so many that a copy takes as long as a write from afar
  using value = std::array<std::uint64_t, words>;

  void set_up(runtime_state& state) override {
    if (state.rank() == 0) object_ = liana::make_global<value>(value{});
  }

  void act(runtime_state& state, unsigned thread) override {
    if (state.rank() == 1) {
      if (thread == 0) write();
    } else if (thread == 0) {
      open_and_read();
    } else {
      close();
    }
  }

  bool torn = false;

 private:
  static constexpr std::uint64_t rounds = 3;

  void write() {
    value now{};
    for (std::uint64_t round = 1; round <= 4 * rounds; ++round) {
      now.fill(round);
      object_.put(now);
    }
  }

  void open_and_read() {
    for (std::uint64_t round = 0; round < rounds; ++round) {
      guard_ = object_.read();
      handed_over_.store(2 * round + 1);
      for (int i = 0; i < 8; ++i) check(object_.get());
      for (int i = 0; i < 3; ++i) check(*object_.read());
      while (handed_over_.load() != 2 * round + 2) sched_yield();
    }
  }

  void close() {
    for (std::uint64_t round = 0; round < rounds; ++round) {
      while (handed_over_.load() != 2 * round + 1) sched_yield();
      guard_.release();
      for (int i = 0; i < 3; ++i) check(*object_.read());
      handed_over_.store(2 * round + 2);
    }
  }

  void check(const value& found) {
    const std::uint64_t first = found[0];
    torn = torn || std::ranges::any_of(found, [first](std::uint64_t each) { return each != first; });
  }

  liana::global_ptr<value> object_;
  liana::read_guard<value> guard_;
  std::atomic<std::uint64_t> handed_over_{0};
};

TEST(a_guard_in_place, keeps_its_block_for_the_thread_that_opened_it_only_until_another_one_closes_it) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    simulation_options with = ranks_apart(2);
    with.threads = 2;
    with.schedule.how = scheduling::random;
    with.schedule.mean_run = std::uint64_t{1} << (seed % 8);
    // A thread that stops in the middle of a copy gives the others time to write.
    with.schedule.stop_once_in = seed % 2 == 0 ? 0 : 60;
    simulation world(with, seed);
    handed_over_guard program;
    const simulation_result result = world.run(program);
    ASSERT_FALSE(result.hung) << "seed " << seed << ": " << world.turns().unfinished();
    ASSERT_EQ(result.failures, std::vector<std::string>(2)) << "seed " << seed;
    ASSERT_FALSE(program.torn) << "seed " << seed;
  }
}

/// Two ranks on a host write one object as plain memory, in turns. Two more, each on a host of its own, have replicas
/// of it: rank 2 from the start, so that there is something to publish, and rank 3 from when this goes on.
class plain_writes final : public simulated_program {
 public:
  using value = std::array<std::uint64_t, 130>;  ///< so large that an unchanged version spares the data

  /// What a rank has of the object while the ranks meet.
  enum class kept : std::uint8_t { nothing, read_guard_of_the_home, write_guard_of_a_near_rank };
  explicit plain_writes(kept what) : what_(what) {}

  void set_up(runtime_state& state) override {
    if (state.rank() == 0) object_ = liana::make_global<value>(value{});
  }

  void act(runtime_state& state, unsigned /*thread*/) override {
    for (std::uint64_t round = 1; round <= 4; ++round) {
      const auto writer = static_cast<liana::rank_t>(round % 2);
      // It has a replica of the round before; to get another one it would wait for a write guard.
      const bool has_replica = state.rank() == 2 || (state.rank() == 3 && round > 1);
      if (has_replica && what_ != kept::write_guard_of_a_near_rank) static_cast<void>(object_.get());
      if (state.rank() == writer) {
        std::uint64_t* const plain = object_.local()->data();
        *plain = round;
      }
      liana::read_guard<value> reading;
      liana::write_guard<value> writing;
      if (what_ == kept::read_guard_of_the_home && state.rank() == 0) reading = object_.read();
      if (what_ == kept::write_guard_of_a_near_rank && state.rank() == 1) writing = object_.write();
      liana::barrier();
      reading.release();
      writing.release();
      if ((state.rank() != 3 || round > 1) && object_.get()[0] != round) stale = true;
      liana::barrier();
    }
  }

  bool stale = false;

 private:
  kept what_;
  liana::global_ptr<value> object_;
};

TEST(plain_memory, is_read_by_all_after_the_next_collective_call_whoever_holds_the_block) {
  using kept = plain_writes::kept;
  for (std::uint64_t seed = 1; seed <= 6000; ++seed) {
    simulation_options with = ranks_apart(4);
    with.real_hosts = {0, 0, 1, 2};
    with.schedule.how = scheduling::random;
    with.schedule.mean_run = std::uint64_t{1} << (seed % 6);
    simulation world(with, seed);
    constexpr std::array kinds{kept::nothing, kept::read_guard_of_the_home, kept::write_guard_of_a_near_rank};
    plain_writes program(kinds[seed % kinds.size()]);
    const simulation_result result = world.run(program);
    ASSERT_FALSE(result.hung) << "seed " << seed << ": " << world.turns().unfinished();
    ASSERT_EQ(result.failures, std::vector<std::string>(4)) << "seed " << seed;
    ASSERT_FALSE(program.stale) << "seed " << seed;
  }
}

}  // namespace
}  // namespace liana_tests::sim
