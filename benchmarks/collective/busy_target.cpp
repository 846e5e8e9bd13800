#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "benchmarks/collective/subjects.hpp"
#include "benchmarks/mpi_window.hpp"

// In each window the neighbour first writes all objects, then computes for a while without a call of Liana or MPI, or
// waits in MPI at once. Meanwhile the leader accesses the objects one after the other, as many as it can in half of
// that time. A time is the mean of one access. An access that needs the neighbour takes until the neighbour has done.

namespace liana::benchmarks::collective {

namespace {

constexpr std::size_t objects = 1000;
constexpr std::int64_t windows = 3;

using clock = std::chrono::steady_clock;
using seconds = std::chrono::duration<double>;

struct fixture {
  explicit fixture(const job& here)
      : busy(here.quick() ? 0.05 : 3),
        shared(here.communicator(), mpi_window::kind::shared, objects * sizeof(word)),
        created(here.communicator(), mpi_window::kind::created, objects * sizeof(word)) {
    if (rank() == neighbour) {
      std::generate(remote.begin(), remote.end(), [] { return make_global<word>(1); });
    }
    remote = broadcast(remote, neighbour);
  }

  seconds busy;
  mpi_window shared;
  mpi_window created;
  std::array<global_ptr<word>, objects> remote{};
};

void compute(seconds duration) {
  const auto end = clock::now() + duration;
  double x = 1;
  while (clock::now() < end) {
    for (int i = 0; i < 1000; ++i) {
      x = x * 0.999 + 0.001;
    }
    benchmark::DoNotOptimize(x);
  }
}

/// Accesses the objects in turn. Sets the time of an iteration to the mean of an access.
template <class Access>
void measure_accesses(benchmark::State& state, seconds at_most, Access access) {
  seconds longest{0};
  const auto start = clock::now();
  auto last = start;
  std::size_t done = 0;
  while (done < objects && last - start < at_most) {
    access(done);
    const auto now = clock::now();
    longest = std::max<seconds>(longest, now - last);
    last = now;
    ++done;
  }
  state.SetIterationTime(seconds(last - start).count() / static_cast<double>(done));
  state.counters["accesses"] = static_cast<double>(done);
  state.counters["longest_us"] = longest.count() * 1e6;
}

template <class Access>
void add_access(job& here, fixture& of, const char* name, Access access) {
  for (const bool busy : {false, true}) {
    auto* added = here.add(
        fmt::format("{}/{}", name, busy ? "computes" : "waits"),
        [&here, &of, access](benchmark::State& state) {
          for (auto _ : state) {
            here.meet();
            measure_accesses(state, of.busy / 2, access);
            here.meet();
          }
        },
        [&here, &of, busy](const window& now) {
          now.repeat([&] {
            if (here.rank() == neighbour) {
              for (const auto each : of.remote) {
                each.put(2);
              }
            }
            here.meet();
            if (busy && here.rank() == neighbour) {
              compute(of.busy);
            }
            here.meet();
          });
        },
        {.ranks = 2, .manual_time = true});
    added->Iterations(1);
    if (busy) {
      added->Repetitions(static_cast<int>(windows));
    }
  }
}

void add_mpi(job& here, fixture& of, const char* kind, const mpi_window& window) {
  if (!window) {
    return;
  }
  add_access(here, of, fmt::format("target_mpi_get_{}", kind).c_str(), [&window](std::size_t i) {
    word value = 0;
    window.get(neighbour, i * sizeof(word), &value, sizeof value);
    benchmark::DoNotOptimize(value);
  });
  add_access(here, of, fmt::format("target_mpi_put_{}", kind).c_str(), [&window](std::size_t i) {
    const word value = i;
    window.put(neighbour, i * sizeof(word), &value, sizeof value);
  });
}

}  // namespace

void add_busy_target(job& here) {
  auto& of = here.keep<fixture>(here);
  add_access(here, of, "target_get", [&of](std::size_t i) { benchmark::DoNotOptimize(of.remote[i].get()); });
  add_access(here, of, "target_put", [&of](std::size_t i) { of.remote[i].put(i); });
  add_mpi(here, of, "shared", of.shared);
  add_mpi(here, of, "created", of.created);
}

}  // namespace liana::benchmarks::collective
