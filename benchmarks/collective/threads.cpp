#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <latch>
#include <mutex>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "benchmarks/collective/subjects.hpp"
#include "benchmarks/mpi_window.hpp"
#include "benchmarks/resting.hpp"

// The leader runs 1, 2 and 4 threads, each with objects of its own. A time is that of one access of any thread: n
// threads that do not disturb each other take an n-th, as far as there are processors. The other ranks sleep.

namespace liana::benchmarks::collective {

namespace {

constexpr std::size_t most_threads = 4;
constexpr std::size_t objects = 4096;  ///< of each thread

struct fixture {
  explicit fixture(const job& here)
      : window(here.communicator(), mpi_window::kind::shared, most_threads * objects * sizeof(word)) {
    std::mt19937_64 random(42);  // NOLINT(cert-msc51-cpp): the same in every run
    for (auto& own : remote) {
      std::array<global_ptr<word>, objects> made{};
      if (rank() == neighbour) {
        std::generate(made.begin(), made.end(), [] { return make_global<word>(1); });
        std::shuffle(made.begin(), made.end(), random);
      }
      own = broadcast(made, neighbour);
    }
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::shuffle(order.begin(), order.end(), random);
  }

  mpi_window window;
  std::mutex one_at_a_time;  ///< for calls of MPI
  std::array<std::array<global_ptr<word>, objects>, most_threads> remote{};
  std::array<std::vector<word>, most_threads> plain{std::vector<word>(objects), std::vector<word>(objects),
                                                    std::vector<word>(objects), std::vector<word>(objects)};
  std::array<std::size_t, objects> order{};
};

using clock = std::chrono::steady_clock;

/// Runs `work(thread)` in so many threads at once. From when the first one begins to when the last one ends: Google
/// Benchmark's own threads each take their own time, which leaves out what one waits for a processor before it begins.
template <class Work>
std::chrono::duration<double> time_of_team(std::size_t threads, const Work& work) {
  std::array<clock::time_point, most_threads> begins{};
  std::array<clock::time_point, most_threads> ends{};
  std::latch all_here(static_cast<std::ptrdiff_t>(threads));
  const auto run = [&](std::size_t thread) {
    all_here.arrive_and_wait();
    begins[thread] = clock::now();
    work(thread);
    ends[thread] = clock::now();
  };
  std::vector<std::thread> others;
  for (std::size_t thread = 1; thread < threads; ++thread) {
    others.emplace_back(run, thread);
  }
  run(0);
  for (auto& each : others) {
    each.join();
  }
  const auto count = static_cast<std::ptrdiff_t>(threads);
  return *std::max_element(ends.begin(), ends.begin() + count) -
         *std::min_element(begins.begin(), begins.begin() + count);
}

/// `access(thread, i)` for the objects of each thread, several times; `prepare(thread)` before the clock starts.
template <class Prepare, class Access>
void add_access(job& here, const char* name, Prepare prepare, Access access) {
  const std::int64_t passes = here.quick() ? 4 : 64;  // so that the start of a thread hardly counts
  for (const std::size_t threads : {std::size_t{1}, std::size_t{2}, most_threads}) {
    here.add(fmt::format("{}/{}", name, threads),
             [&here, threads, passes, prepare, access](benchmark::State& state) {
               for (std::size_t thread = 0; thread < threads; ++thread) {
                 prepare(thread);
               }
               while (state.KeepRunningBatch(passes * static_cast<std::int64_t>(threads * objects))) {
                 const auto time = time_of_team(threads, [&](std::size_t thread) {
                   for (std::int64_t pass = 0; pass < passes; ++pass) {
                     for (std::size_t i = 0; i < objects; ++i) {
                       access(thread, i);
                     }
                   }
                 });
                 state.SetIterationTime(time.count());
               }
               meet_resting(here);
             },
             rest(here), {.ranks = 2, .manual_time = true});
  }
}

void add_mpi(job& here, fixture& of) {
  add_access(
      here, "thread_mpi_get_shared", [](std::size_t) {},
      [&of](std::size_t thread, std::size_t i) {
        word value = 0;
        const std::lock_guard lock(of.one_at_a_time);
        of.window.get(neighbour, (thread * objects + of.order[i]) * sizeof(word), &value, sizeof value);
        benchmark::DoNotOptimize(value);
      });
}

}  // namespace

void add_threads(job& here) {
  auto& of = here.keep<fixture>(here);
  const auto nothing = [](std::size_t) {};
  add_access(
      here, "thread_get",
      [&of](std::size_t thread) {
        for (const auto each : of.remote[thread]) {
          benchmark::DoNotOptimize(each.get());
        }
      },
      [&of](std::size_t thread, std::size_t i) { benchmark::DoNotOptimize(of.remote[thread][i].get()); });
  add_access(here, "thread_put", nothing, [&of](std::size_t thread, std::size_t i) { of.remote[thread][i].put(i); });
  add_access(here, "thread_load", nothing, [&of](std::size_t thread, std::size_t i) {
    benchmark::DoNotOptimize(*static_cast<const volatile word*>(&of.plain[thread][of.order[i]]));
  });
  add_access(here, "thread_two_atomics", nothing, [&of](std::size_t thread, std::size_t i) {
    const std::atomic_ref<word> at(of.plain[thread][of.order[i]]);
    at.fetch_add(1);
    at.fetch_sub(1);
  });
  add_mpi(here, of);
}

}  // namespace liana::benchmarks::collective
