// The harness of the benchmark programs, measuring itself: that all ranks repeat as often as the leader, that messages
// of one window reach the same window, and what happens to benchmarks that cannot run. Argument: what to do.

#include <array>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "benchmarks/windows.hpp"

namespace {

using liana::benchmarks::conditions;
using liana::benchmarks::job;
using liana::benchmarks::window;

/// What this rank did; the ranks compare it at the end.
struct counts {
  std::int64_t repetitions = 0;
  std::int64_t batches = 0;
};

void add_counted(job& here, counts& done) {
  here.add(
      "counted",
      [&](benchmark::State& state) {
        for (auto _ : state) {
          ++done.repetitions;
        }
      },
      [&](const window& now) { now.repeat([&] { ++done.repetitions; }); });
  here.add(
      "counted_in_batches/7",
      [&](benchmark::State& state) {
        while (state.KeepRunningBatch(7)) {
          ++done.batches;
        }
      },
      [&](const window& now) { done.batches += now.batches(7); });
}

void add_collective(job& here) {
  here.add(
      "sum",
      [&](benchmark::State& state) {
        std::int64_t sum = 0;
        for (auto _ : state) {
          const std::int64_t one = 1;
          MPI_Allreduce(&one, &sum, 1, MPI_INT64_T, MPI_SUM, here.communicator());
        }
        if (sum != here.size()) {
          state.SkipWithError("the ranks did not take part");
        }
      },
      [&](const window& now) {
        now.repeat([&] {
          const std::int64_t one = 1;
          std::int64_t sum = 0;
          MPI_Allreduce(&one, &sum, 1, MPI_INT64_T, MPI_SUM, here.communicator());
        });
      });
  here.add(
      "attended",
      [&](benchmark::State& state) {
        for (auto _ : state) {
          state.SetIterationTime(1e-6);
        }
        here.meet();
      },
      here.attend(), conditions{.manual_time = true});
}

void require_alike(const job& here, const counts& done) {
  const std::array<std::int64_t, 2> mine{done.repetitions, done.batches};
  std::array<std::int64_t, 2> leaders(mine);
  MPI_Bcast(leaders.data(), 2, MPI_INT64_T, 0, here.communicator());
  if (mine != leaders || mine[0] == 0 || mine[1] == 0) {
    throw std::runtime_error("the leader repeated " + std::to_string(leaders[0]) + " and " +
                             std::to_string(leaders[1]) + " times, this rank " + std::to_string(mine[0]) + " and " +
                             std::to_string(mine[1]));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  for (int i = 1; i + 1 < argc; ++i) {
    argv[i] = argv[i + 1];
  }
  return liana::benchmarks::run(argc > 1 ? argc - 1 : argc, argv, [&](job& here) {
    counts done;
    if (what == "measure") {
      add_counted(here, done);
      add_collective(here);
    } else if (what == "too_few_for_one") {
      here.add("crowd", [](benchmark::State&) {}, {}, {.ranks = 100});
    } else if (what == "too_few_for_all") {
      here.require_ranks(100);
    } else if (what == "different") {
      here.add(here.is_leader() ? "one" : "another", [](benchmark::State& state) { state.KeepRunning(); });
    } else if (what == "throws") {
      here.add("throwing", [](benchmark::State&) { throw std::runtime_error("this went wrong"); });
    } else {
      throw std::invalid_argument("nothing to do is called '" + what + "'");
    }
    here.measure();
    if (what == "measure") {
      require_alike(here, done);
    }
  });
}
