// Conditions under random schedules: a wait that is notified ends, in turn, and no notification is lost.

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <liana/allocation.hpp>
#include <liana/error.hpp>
#include <liana/global_ptr.hpp>
#include <liana/mutex.hpp>

#include "tests/sim/random_job.hpp"
#include "tests/sim/simulation.hpp"

namespace liana_tests::sim {
namespace {

/// Threads that each wait for their turn, or, with `one_each`, take from a stock what others have put there.
class waiting_threads final : public simulated_program {
 public:
  waiting_threads(std::size_t threads, unsigned rounds, bool one_each)
      : threads_(threads), rounds_(rounds), one_each_(one_each) {}

  void set_up(liana::detail::runtime_state& state) override {
    if (state.rank() == 0) {
      mutex_ = liana::make_mutex();
      value_ = liana::make_global<std::uint64_t>(0);
    } else if (state.rank() == 1) {
      condition_ = liana::make_condition();
    }
  }

  void act(liana::detail::runtime_state& state, unsigned thread) override {
    const std::size_t me =
        static_cast<std::size_t>(state.rank()) * threads_ / static_cast<std::size_t>(state.size()) + thread;
    for (unsigned i = 0; i < rounds_; ++i) {
      std::unique_lock lock(mutex_);
      if (one_each_) {
        act_on_stock(lock, me % 2 == 0);
      } else {
        condition_.wait(lock, [&] { return value_.get() % threads_ == me; });
        value_.put(value_.get() + 1);
        condition_.notify_all();
      }
    }
  }

  void look_back(liana::detail::runtime_state& /*state*/) override {
    EXPECT_EQ(value_.get(), one_each_ ? 0 : threads_ * rounds_);
  }

 private:
  void act_on_stock(std::unique_lock<liana::global_mutex>& lock, bool puts) {
    if (puts) {
      value_.put(value_.get() + 1);
      condition_.notify_one();
    } else {
      condition_.wait(lock, [&] { return value_.get() != 0; });
      value_.put(value_.get() - 1);
    }
  }

  std::size_t threads_;
  unsigned rounds_;
  bool one_each_;
  liana::global_mutex mutex_;
  liana::global_condition condition_;
  liana::global_ptr<std::uint64_t> value_;
};

void play_all(bool one_each) {
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    seeded_chooser choices(seed);
    simulation_options with = random_job(choices);
    if (one_each) {
      with.threads = 2;  // as many put as take
    }
    simulation world(with, seed);
    waiting_threads program(with.real_hosts.size() * with.threads, 3, one_each);
    const simulation_result result = world.run(program);
    ASSERT_FALSE(result.hung) << "seed " << seed << ": " << world.turns().unfinished();
    ASSERT_EQ(result.failures, std::vector<std::string>(with.real_hosts.size())) << "seed " << seed;
  }
}

TEST(conditions, let_everybody_have_a_turn) { play_all(false); }
TEST(conditions, lose_no_notification) { play_all(true); }

// Whoever waits for a notification of a rank that is gone is told.
TEST(conditions, end_when_a_rank_is_lost) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    seeded_chooser choices(seed);
    simulation_options with = random_job(choices);
    with.real_hosts = {0, 1, 2};
    with.goes_wrong = {.what = accident::kind::lost_rank, .after = choices.below(800), .rank = 2};
    simulation world(with, seed);
    waiting_threads program(with.real_hosts.size() * with.threads, 3, false);
    const simulation_result result = world.run(program);
    ASSERT_FALSE(result.hung) << "seed " << seed << ": " << world.turns().unfinished();
    for (const std::string& failure : result.failures) {
      EXPECT_TRUE(failure.empty() || failure.find("gone") != std::string::npos) << "seed " << seed << ": " << failure;
    }
  }
}

}  // namespace
}  // namespace liana_tests::sim
