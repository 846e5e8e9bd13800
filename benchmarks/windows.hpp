#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <mpi.h>

/// What the benchmark programs have in common: Google Benchmark measures on rank 0, the leader, and all ranks take
/// part.
///
///     int main(int argc, char** argv) {
///       return liana::benchmarks::run(argc, argv, [](liana::benchmarks::job& here) {
///         const liana::runtime rt(here.communicator());
///         here.add("barrier", [](benchmark::State& state) { for (auto _ : state) liana::barrier(); },
///                  [](const liana::benchmarks::window& now) { now.repeat([] { liana::barrier(); }); });
///         here.measure();
///       });
///     }
///
/// A window is one timed run of a benchmark. Before each one the leader tells the others, the followers, over MPI which
/// benchmark comes and how often it repeats what it measures; how often, Google Benchmark decides. All ranks then meet,
/// the leader runs its part and the followers theirs. A follower without a part is already waiting for the next window,
/// in MPI, as an idle rank of a program does; where ranks share processors it sleeps between two looks.
///
/// A measurement is many windows of each benchmark, of all benchmarks mixed at random, so that a ratio compares
/// neighbours in time. Times are of one repetition.
///
/// Options are those of Google Benchmark, with other defaults: 25 windows of 10 ms at least
/// (--benchmark_repetitions, --benchmark_min_time), mixed (--benchmark_enable_random_interleaving), only statistics on
/// the terminal (--benchmark_display_aggregates_only). And --quick: 3 windows of 1 ms, of less memory where a benchmark
/// looks at `job::quick`.
namespace liana::benchmarks {

/// Ends the program with its text and exit status 1. For what all ranks find alike.
class refusal : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One window, as followers see it.
struct window {
  std::int64_t repetitions = 0;  ///< of the leader's loop over its state

  /// How often `while (state.KeepRunningBatch(batch))` runs at the leader.
  [[nodiscard]] std::int64_t batches(std::int64_t batch) const { return (repetitions + batch - 1) / batch; }

  /// Calls `operation` once for each repetition of the leader.
  template <class Operation>
  void repeat(Operation operation) const {
    for (std::int64_t i = 0; i < repetitions; ++i) {
      operation();
    }
  }
};

using leader_part = std::function<void(benchmark::State&)>;
using follower_part = std::function<void(const window&)>;

/// What a benchmark asks for.
struct conditions {
  int ranks = 1;             ///< fewer, and it fails, saying so
  bool manual_time = false;  ///< the leader calls state.SetIterationTime
};

/// Runs `operation(i)` for i from 0 to batch - 1, again and again, as often as `state` wants. For operations so short
/// that Google Benchmark's own loop would count.
template <class Operation>
void repeat_in_batches(benchmark::State& state, std::int64_t batch, Operation operation) {
  while (state.KeepRunningBatch(batch)) {
    for (std::int64_t i = 0; i < batch; ++i) {
      operation(static_cast<std::size_t>(i));
    }
  }
}

/// Calls `operation` and adds its time to that of the window, under manual time.
template <class Operation>
void add_time_of(benchmark::State& state, Operation operation) {
  const auto start = std::chrono::steady_clock::now();
  operation();
  state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

/// The ranks of the program and the benchmarks they take part in. Collective throughout: all ranks make the same calls
/// in the same order.
class job {
 public:
  job(const job&) = delete;
  job& operator=(const job&) = delete;

  [[nodiscard]] int rank() const { return rank_; }
  [[nodiscard]] int size() const { return size_; }
  [[nodiscard]] bool is_leader() const { return rank_ == 0; }
  [[nodiscard]] MPI_Comm communicator() const { return communicator_; }
  /// Whether --quick was given: little memory, few repetitions, figures of no worth.
  [[nodiscard]] bool quick() const { return quick_; }

  /// Throws a refusal if the program was started with fewer ranks than all its benchmarks need.
  void require_ranks(int least) const;

  /// Adds a benchmark. `leader` loops over its state: `for (auto _ : state)`, or with KeepRunningBatch. It must not
  /// skip the loop where `follower` counts on it. A name is unique, with parameters behind slashes, `near_get/4096`.
  /// Refer in both parts only to what lives until `measure` returns.
  benchmark::internal::Benchmark* add(const std::string& name, leader_part leader, follower_part follower = {},
                                      conditions asked = {});

  /// Makes what benchmarks refer to and keeps it until `measure` has ended; what was made last goes first.
  template <class T, class... Args>
  T& keep(Args&&... args) {
    auto made = std::make_shared<T>(std::forward<Args>(args)...);
    T& result = *made;
    kept_.push_back(std::move(made));
    return result;
  }

  /// Waits for all ranks, in MPI. Both parts of a benchmark call it equally often.
  void meet() const;

  /// A follower's part that does nothing but take part in MPI's progress until the leader calls `meet`, behind its
  /// loop. For operations of MPI that need their target.
  [[nodiscard]] follower_part attend() const;

  /// Runs all benchmarks that were added and selected, reports, and gives up what was kept. Once.
  void measure();

 private:
  friend int run(int argc, char** argv, const std::function<void(job&)>& body);

  struct participant {
    std::string name;
    follower_part part;
  };

  job(int argc, char** argv);
  ~job();

  void announce(std::int64_t index, std::int64_t repetitions) const;
  [[nodiscard]] std::vector<std::int64_t> await_announcement() const;
  void lead();
  void follow();
  [[noreturn]] void abort(const std::exception& error) const;

  MPI_Comm communicator_ = MPI_COMM_NULL;
  int rank_ = 0;
  int size_ = 0;
  bool quick_ = false;
  bool shares_processors_ = false;  ///< there are more ranks than processors on this host
  bool failed_ = false;
  std::string program_;
  std::string output_file_;
  std::vector<participant> participants_;
  std::vector<std::shared_ptr<void>> kept_;
};

/// The body of `main`: initialises MPI, reads the options, calls `body`, finalizes MPI. Returns the exit status: 0 only
/// if every benchmark could be measured. An exception on any rank is printed and ends the program.
int run(int argc, char** argv, const std::function<void(job&)>& body);

}  // namespace liana::benchmarks
