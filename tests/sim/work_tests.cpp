// Queues of work and loops under random schedules: everything is done, once, and everybody comes to an end.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <liana/error.hpp>
#include <liana/parallel_for.hpp>
#include <liana/work_queue.hpp>

#include "tests/sim/random_job.hpp"
#include "tests/sim/simulation.hpp"

namespace liana_tests::sim {
namespace {

struct item {
  std::uint32_t depth;
  std::uint32_t number;
};

/// Ranks that do the nodes of a tree, each of which pushes its children. No program's variables are shared but by the
/// runtime, so `done` counts what happened.
class tree_of_work final : public simulated_program {
 public:
  tree_of_work(std::size_t shared_items, std::uint32_t depth) : shared_items_(shared_items), depth_(depth) {}

  void act(liana::detail::runtime_state& state, unsigned /*thread*/) override {
    auto queue = liana::make_work_queue<item>({.shared_items = shared_items_});
    for (liana::rank_t round = 0; round < 2; ++round) {
      if (state.rank() == round) queue.push({.depth = 0, .number = 1});
      while (const std::optional<item> each = queue.pop()) {
        ++done;
        for (std::uint32_t child = 0; each->depth < depth_ && child < 1 + each->number % 6; ++child) {
          queue.push({.depth = each->depth + 1, .number = each->number * 3 + child});
        }
      }
    }
  }

  [[nodiscard]] std::uint64_t nodes(const item& from) const {
    std::uint64_t count = 1;
    for (std::uint32_t child = 0; from.depth < depth_ && child < 1 + from.number % 6; ++child) {
      count += nodes({.depth = from.depth + 1, .number = from.number * 3 + child});
    }
    return count;
  }

  std::uint64_t done = 0;

 private:
  std::size_t shared_items_;
  std::uint32_t depth_;
};

TEST(work, is_done_once) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    seeded_chooser choices(seed);
    simulation_options with = random_job(choices);
    with.threads = 1;
    simulation world(with, seed);
    tree_of_work program(std::size_t{1} << choices.below(4), 4);
    const simulation_result result = world.run(program);
    ASSERT_FALSE(result.hung) << "seed " << seed << ": " << world.turns().unfinished();
    ASSERT_EQ(result.failures, std::vector<std::string>(with.real_hosts.size())) << "seed " << seed;
    ASSERT_EQ(program.done, 2 * program.nodes({.depth = 0, .number = 1})) << "seed " << seed;
  }
}

// Whoever is left ends, with an error where need be.
TEST(work, ends_when_a_rank_is_lost) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    seeded_chooser choices(seed);
    simulation_options with = random_job(choices);
    with.real_hosts = {0, 1, 2};
    with.threads = 1;
    with.goes_wrong = {.what = accident::kind::lost_rank, .after = choices.below(2000), .rank = 2};
    simulation world(with, seed);
    tree_of_work program(4, 3);
    const simulation_result result = world.run(program);
    ASSERT_FALSE(result.hung) << "seed " << seed << ": " << world.turns().unfinished();
    for (const std::string& failure : result.failures) {
      EXPECT_TRUE(failure.empty() || failure.find("gone") != std::string::npos) << "seed " << seed << ": " << failure;
    }
  }
}

class shared_loops final : public simulated_program {
 public:
  explicit shared_loops(liana::parallel_for_options with) : with_(with) {}
  void act(liana::detail::runtime_state& /*state*/, unsigned /*thread*/) override {
    for (int round = 0; round < 2; ++round) {
      liana::parallel_for(
          0, runs.size(), [&](std::size_t i) { ++runs[i]; }, with_);
    }
  }
  std::vector<int> runs = std::vector<int>(17);

 private:
  liana::parallel_for_options with_;
};

TEST(loops, run_each_iteration_once) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    seeded_chooser choices(seed);
    simulation_options with = random_job(choices);
    with.threads = 1;
    simulation world(with, seed);
    shared_loops program({.schedule = choices.once_in(3) ? liana::schedule::counter : liana::schedule::stealing,
                          .chunk = 1 + choices.below(3)});
    const simulation_result result = world.run(program);
    ASSERT_FALSE(result.hung) << "seed " << seed << ": " << world.turns().unfinished();
    ASSERT_EQ(result.failures, std::vector<std::string>(with.real_hosts.size())) << "seed " << seed;
    ASSERT_TRUE(std::ranges::all_of(program.runs, [](int runs) { return runs == 2; })) << "seed " << seed;
  }
}

}  // namespace
}  // namespace liana_tests::sim
