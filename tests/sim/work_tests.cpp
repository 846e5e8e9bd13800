// Queues of work and loops under random schedules: everything is done, once, and everybody comes to an end.

#include <algorithm>
#include <array>
#include <cstddef>
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
  std::uint32_t place;  ///< in `tree_of_work::times_done`
};

/// Ranks that do the nodes of a tree, each of which pushes its children. They note in one list, which the simulation of
/// a job in one process allows, how often each was done.
class tree_of_work final : public simulated_program {
 public:
  tree_of_work(std::size_t shared_items, std::uint32_t depth) : shared_items_(shared_items), depth_(depth) {}

  void act(liana::detail::runtime_state& state, unsigned /*thread*/) override {
    auto queue = liana::make_work_queue<item>({.shared_items = shared_items_});
    for (liana::rank_t round = 0; round < 2; ++round) {
      if (state.rank() == round) push(queue, 0, 1);
      while (const std::optional<item> each = queue.pop()) {
        if (each->place < times_done.size()) ++times_done[each->place];
        for (std::uint32_t child = 0; each->depth < depth_ && child < 1 + each->number % 6; ++child) {
          push(queue, each->depth + 1, each->number * 3 + child);
        }
      }
    }
  }

  [[nodiscard]] bool all_done_once() const {
    return std::ranges::all_of(times_done, [](int times) { return times == 1; });
  }

  std::vector<int> times_done;  ///< of each node of both rounds that was pushed

 private:
  void push(liana::work_queue<item>& queue, std::uint32_t depth, std::uint32_t number) {
    times_done.push_back(0);  // before another rank gets its turn
    queue.push({.depth = depth, .number = number, .place = static_cast<std::uint32_t>(times_done.size() - 1)});
  }

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
    ASSERT_TRUE(program.all_done_once()) << "seed " << seed;
  }
}

/// One rank shares items also where others still have some to take, which work_queue does not; three take them.
class ring_of_items final : public simulated_program {
 public:
  void act(liana::detail::runtime_state& state, unsigned /*thread*/) override {
    liana::detail::shared_work ring(sizeof(std::uint32_t), 2, "std::uint32_t");
    std::array<std::uint32_t, 2> taken{};
    auto* const bytes = reinterpret_cast<std::byte*>(taken.data());
    const auto note = [&](std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) ++times_done.at(taken[i]);
    };
    for (std::uint32_t item = 0; state.rank() == 0 && item < times_done.size(); ++item) {
      if (ring.share(reinterpret_cast<const std::byte*>(&item), 1) == 0) ++times_done[item];
    }
    for (;;) {
      std::size_t count = ring.take_back(bytes, taken.size());
      if (count == 0) count = ring.steal(bytes, taken.size());
      if (count == 0) count = ring.wait_for_work(bytes, taken.size());
      if (count == 0) return;
      note(count);
    }
  }

  std::vector<int> times_done = std::vector<int>(40);
};

// One thief may still read what it took when another one's theft is over.
TEST(work, is_taken_once_from_a_ring_beside_slow_thieves) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    seeded_chooser choices(seed);
    simulation_options with = random_job(choices);
    with.threads = 1;
    with.real_hosts = choices.once_in(2) ? std::vector<int>{0, 0, 0, 0} : std::vector<int>{0, 1, 1, 2};
    simulation world(with, seed);
    ring_of_items program;
    const simulation_result result = world.run(program);
    ASSERT_FALSE(result.hung) << "seed " << seed << ": " << world.turns().unfinished();
    ASSERT_EQ(result.failures, std::vector<std::string>(with.real_hosts.size())) << "seed " << seed;
    ASSERT_EQ(program.times_done, std::vector<int>(program.times_done.size(), 1)) << "seed " << seed;
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
