// A job of several ranks, threads included, in one process and under one scheduler.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <liana/options.hpp>

#include "runtime/state/runtime_state.hpp"
#include "tests/sim/job.hpp"
#include "tests/sim/scheduler.hpp"
#include "transport/sim/network.hpp"

namespace liana_tests::sim {

/// Something that goes wrong while the program acts.
struct accident {
  enum class kind : std::uint8_t { none, lost_rank, broken_connection };
  kind what = kind::none;
  std::uint64_t after = 0;  ///< choices of the scheduler
  liana::rank_t rank = 0;   ///< that is lost, or whose connection ...
  liana::rank_t to = 0;     ///< ... to this one breaks
};

struct simulation_options {
  std::vector<int> real_hosts;  ///< by rank: those of one number share memory
  unsigned threads = 1;         ///< per rank
  liana::options runtime;
  std::optional<int> sharer_groups;
  schedule_options schedule;
  liana::transport::sim::network_options network;
  accident goes_wrong;
};

/// Ranks that are apart from each other, with little memory, in turns.
simulation_options ranks_apart(int ranks);

/// What a job does. Every function is called on each rank, in a simulated thread with a runtime; an exception ends that
/// rank's part in it and is kept.
class simulated_program {
 public:
  simulated_program() = default;
  simulated_program(const simulated_program&) = delete;
  simulated_program& operator=(const simulated_program&) = delete;
  simulated_program(simulated_program&&) = delete;
  simulated_program& operator=(simulated_program&&) = delete;
  virtual ~simulated_program() = default;

  /// One rank at a time: makes the objects.
  virtual void set_up(liana::detail::runtime_state& /*state*/) {}
  /// As the schedule has it, by all threads of all ranks at once.
  virtual void act(liana::detail::runtime_state& state, unsigned thread) = 0;
  /// One rank at a time, when all threads of all ranks are done and the network is idle.
  virtual void look_back(liana::detail::runtime_state& /*state*/) {}
};

struct simulation_result {
  bool hung = false;
  std::vector<std::string> failures;  ///< by rank: what `act` or another part threw, or empty
  std::uint64_t choices = 0;
};

class simulation {
 public:
  simulation(simulation_options with, std::uint64_t seed);
  simulation(const simulation&) = delete;
  simulation& operator=(const simulation&) = delete;
  simulation(simulation&&) = delete;
  simulation& operator=(simulation&&) = delete;
  ~simulation();

  simulation_result run(simulated_program& program);

  seeded_chooser& choices() { return choices_; }
  scheduler& turns() { return turns_; }
  liana::transport::sim::network& wires() { return wires_; }
  [[nodiscard]] liana::rank_t ranks() const { return static_cast<liana::rank_t>(options_.real_hosts.size()); }

  void set_tracer(std::function<void(const std::string&)> to,
                  std::function<std::string(liana::rank_t, std::uint64_t)> place,
                  std::function<std::string(const void*)> name);

 private:
  void run_rank(simulated_program& program, liana::rank_t rank);
  void run_threads(simulated_program& program, liana::detail::runtime_state& state, liana::rank_t rank);
  /// Waits, in turns, until all ranks that are left have come.
  void meet(std::size_t phase);
  void keep(liana::rank_t rank);
  void begin_to_act();
  void have_accident();

  simulation_options options_;
  seeded_chooser choices_;
  liana::transport::sim::network wires_;
  scheduler turns_;
  job job_;
  simulation_result result_;
  std::vector<std::vector<bool>> met_;  ///< by phase and rank
  bool acting_ = false;
};

/// The simulation that runs, or null.
simulation* active_simulation();

}  // namespace liana_tests::sim
