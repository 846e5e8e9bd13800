// Who takes the next step: threads of simulated ranks, their store buffers, and the network.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <liana/detail/context.hpp>
#include <liana/detail/thread_state.hpp>

#include "tests/sim/fiber.hpp"
#include "transport/sim/network.hpp"

namespace liana_tests::sim {

/// Sebastiano Vigna's splitmix64. The same on every machine.
class seeded_chooser final : public liana::transport::sim::chooser {
 public:
  explicit seeded_chooser(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t mixed = state_ += 0x9E3779B97F4A7C15U;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    return mixed ^ (mixed >> 31U);
  }
  std::uint64_t below(std::uint64_t n) override {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(next()) * n) >> 64U);
  }

 private:
  std::uint64_t state_;
};

enum class scheduling : std::uint8_t {
  calm,    ///< in turns, and only where somebody waits
  random,  ///< anybody who can, for a random while
  /// The thread, line or inbox of the highest priority; priorities are random, and `preemptions` times the one that
  /// runs falls to the bottom (Burckhardt, Kothari, Musuvathi and Nagarakatte, "A randomized scheduler with
  /// probabilistic guarantees of finding bugs", 2010). Whoever waits falls to the bottom too.
  priorities,
};

struct schedule_options {
  scheduling how = scheduling::random;
  std::uint64_t mean_run = 4;      ///< steps that a thread takes in a row, under `random`
  std::uint64_t wire_share = 2;    ///< one choice in so many is the network's, under `random`
  std::uint64_t stop_once_in = 0;  ///< choices after one of which somebody stops for long; 0: never
  std::uint64_t preemptions = 3;   ///< under `priorities`
  std::uint64_t expected = 4000;   ///< steps among which these are spread
  std::uint64_t limit = 3000000;   ///< choices after which the run counts as hanging
  bool store_buffers = true;       ///< stores are seen by others later than by their thread, as on x86
};

/// Runs threads of simulated ranks until all have ended. One at a time in a process; its threads reach it by `active`.
class scheduler {
 public:
  scheduler(schedule_options with, seeded_chooser& choices, liana::transport::sim::network& wires);
  scheduler(const scheduler&) = delete;
  scheduler& operator=(const scheduler&) = delete;
  scheduler(scheduler&&) = delete;
  scheduler& operator=(scheduler&&) = delete;
  ~scheduler();

  /// The one that is running, or null.
  static scheduler* active();

  /// A thread of a rank. From outside, or by another thread, whose runtime it then uses.
  void start(int rank, unsigned thread, std::function<void()> body);

  /// False when the limit was reached: somebody hangs.
  bool run();

  void use(schedule_options with) { options_ = with; }

  /// Something that happens after so many more choices.
  void plan_event(std::uint64_t after, std::function<void()> what) {
    event_at_ = picks_ + after;
    event_ = std::move(what);
  }
  /// No thread of the rank ever has its turn again.
  void kill(int rank);
  [[nodiscard]] bool alive(int rank) const;

  // ---- for the threads ----

  /// Before a step that others could notice. Returns when this thread has the turn (again).
  void point() {
    if (inside_ && --budget_ == 0) {
      give_up_turn();
    }
  }
  /// The thread waits for something: somebody else's turn.
  void wait();
  void sleep(std::chrono::nanoseconds duration);
  [[nodiscard]] std::chrono::nanoseconds now() const { return now_; }
  [[nodiscard]] int rank() const;
  [[nodiscard]] unsigned thread() const;
  /// Counts the choices so far: a clock that all threads share.
  [[nodiscard]] std::uint64_t ticks() { return ++ticks_; }
  /// Whether code of a simulated thread runs now, rather than the simulation's own.
  [[nodiscard]] bool inside() const { return inside_; }
  /// Runs code of the simulation within a thread.
  template <class F>
  void outside(F body) {
    const bool before = inside_;
    inside_ = false;
    body();
    inside_ = before;
  }

  // ---- the store buffer of the thread that runs ----

  /// Puts a store into it; false where the options want none.
  bool store(void* to, std::uint64_t value, std::size_t bytes);
  /// The value of a load from memory that the buffer may know better.
  bool forward(const void* from, std::size_t bytes, std::uint64_t& value);
  void fence();
  /// What `to` of so many bytes is about to be used by an access that knows no buffer.
  void settle(const void* at, std::size_t bytes);

  // ---- the trace ----

  /// `name` gives a place in shared memory its name, or none where it is not worth a line.
  void set_tracer(std::function<void(const std::string&)> to, std::function<std::string(const void*)> name) {
    tracer_ = std::move(to);
    name_ = std::move(name);
  }
  [[nodiscard]] bool tracing() const { return tracer_ != nullptr; }
  void trace(const std::string& what) const;
  /// A step of the thread that runs: `loads`, `stores`, ...
  void trace_access(const char* what, const void* at, std::uint64_t value) const;

  /// The threads that have not ended, for a report on a run that hangs.
  [[nodiscard]] std::string unfinished() const;
  [[nodiscard]] std::uint64_t choices_made() const { return picks_; }

 private:
  struct thread_of_rank;
  struct buffered;

  [[nodiscard]] static bool can_run(const thread_of_rank& which);
  void give_up_turn();
  bool pick();
  bool pick_random();
  bool pick_by_priority();
  bool pick_in_turn();
  void resume(thread_of_rank& which);
  void drain_one(thread_of_rank& of) const;
  static void apply(const buffered& each);
  std::uint64_t& priority(std::uint64_t agent);
  [[nodiscard]] bool stopped(std::uint64_t agent) const;
  void stop_somebody();
  void skip_time();

  schedule_options options_;
  seeded_chooser& choices_;
  liana::transport::sim::network& wires_;
  std::vector<std::unique_ptr<thread_of_rank>> threads_;
  thread_of_rank* running_ = nullptr;
  std::size_t turn_ = 0;
  bool inside_ = false;
  std::uint64_t budget_ = 1;
  std::uint64_t picks_ = 0;
  std::uint64_t ticks_ = 0;
  std::chrono::nanoseconds now_{1'000'000'000};
  std::vector<std::uint64_t> priorities_;
  std::vector<std::uint64_t> stopped_until_;
  std::vector<std::uint64_t> falls_;  ///< when the one that runs falls to the bottom
  std::uint64_t bottom_ = 0;
  std::uint64_t event_at_ = UINT64_MAX;
  std::function<void()> event_;
  std::function<void(const std::string&)> tracer_;
  std::function<std::string(const void*)> name_;
};

}  // namespace liana_tests::sim
