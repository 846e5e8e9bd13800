// What one access costs, beside a plain load of the same pattern in the same run. Rank 0 measures objects that live at
// rank 1, which waits in a barrier.
//
//     mpirun -n 2 access_benchmark                      near: rank 1 is on this host
//     LIANA_HOSTS=each mpirun -n 2 access_benchmark     far: every rank counts as a host, get() hits replicas
//
// plain_load        a load through a table of pointers, 8 bytes, random order: the limit
// get               global_ptr::get of the same objects in the same order
// put               global_ptr::put, in order
// own_put           the same to an object of rank 0 itself
// two_atomics       two uncontended compare-and-swaps, to hold put against
// read_guard        opening and closing a read guard on a block of 4 KiB
// own_write_guard   opening and closing a write guard on an object of rank 0 itself
// get_page          get of a block of 4 KiB
// copy_page         memcpy of the same, the limit
// read_miss_page    get of a block of 4 KiB that rank 0 has just invalidated (far only)
// view              read_view over 64 MiB (half of it near or replicated), summed chunk by chunk
// span              the same over plain memory
//
// Options: those of Google Benchmark, e.g. --benchmark_repetitions=9 --benchmark_report_aggregates_only=true.

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

#include <benchmark/benchmark.h>

#include <liana/liana.hpp>

namespace {

constexpr std::size_t objects = 4096;
constexpr std::size_t view_elements = std::size_t{8} << 20U;

using page = std::array<std::uint64_t, 512>;

/// What is measured: made by all ranks together, before the benchmarks.
struct fixture {
  std::vector<liana::global_ptr<std::uint64_t>> remote;  // at rank 1, shuffled
  std::vector<std::uint64_t*> plain;                     // the same number of private ones, shuffled alike
  std::unique_ptr<std::uint64_t[]> plain_memory;
  liana::global_ptr<std::uint64_t> own;
  liana::global_ptr<page> remote_page;
  liana::array<std::uint64_t> table;
};

fixture* shared =
    nullptr;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): Google Benchmark has no other way

std::unique_ptr<fixture> make_fixture() {
  auto made = std::make_unique<fixture>();
  std::array<liana::global_ptr<std::uint64_t>, objects> made_here{};
  liana::global_ptr<page> page_here;
  if (liana::rank() == liana::size() - 1) {
    for (auto& each : made_here) {
      each = liana::make_global<std::uint64_t>(1);
    }
    page_here = liana::make_global<page>();
  }
  made_here = liana::broadcast(made_here, liana::size() - 1);
  made->remote_page = liana::broadcast(page_here, liana::size() - 1);
  made->remote.assign(made_here.begin(), made_here.end());
  made->plain_memory = std::make_unique<std::uint64_t[]>(objects);
  std::vector<std::size_t> order(objects);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937_64(42));  // NOLINT(cert-msc51-cpp): the same order in every run
  for (std::size_t i = 0; i < objects; ++i) {
    made->remote[i] = made_here[order[i]];
    made->plain.push_back(&made->plain_memory[order[i]]);
  }
  made->own = liana::make_global<std::uint64_t>(1);
  made->table = liana::make_array<std::uint64_t>(view_elements);
  return made;
}

void plain_load(benchmark::State& state) {
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(*static_cast<volatile std::uint64_t*>(shared->plain[i]));
    i = (i + 1) % objects;
  }
}

void get(benchmark::State& state) {
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(shared->remote[i].get());
    i = (i + 1) % objects;
  }
}

void put(benchmark::State& state) {
  std::size_t i = 0;
  for (auto _ : state) {
    shared->remote[i].put(i);
    i = (i + 1) % objects;
  }
}

void own_put(benchmark::State& state) {
  std::uint64_t i = 0;
  for (auto _ : state) {
    shared->own.put(++i);
  }
}

void two_atomics(benchmark::State& state) {
  std::array<std::atomic<std::uint64_t>, 2> words{};
  for (auto _ : state) {
    for (auto& word : words) {
      std::uint64_t expected = word.load(std::memory_order_relaxed);
      word.compare_exchange_strong(expected, expected + 1);
    }
  }
}

void read_guard(benchmark::State& state) {
  for (auto _ : state) {
    const auto guard = shared->remote_page.read();
    benchmark::DoNotOptimize(guard.get());
  }
}

void own_write_guard(benchmark::State& state) {
  for (auto _ : state) {
    auto guard = shared->own.write();
    benchmark::DoNotOptimize(guard.get());
  }
}

void get_page(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(shared->remote_page.get());
  }
}

void copy_page(benchmark::State& state) {
  const auto from = std::make_unique<page>();
  page to;
  for (auto _ : state) {
    benchmark::DoNotOptimize(from.get());
    std::memcpy(&to, from.get(), sizeof to);
    benchmark::DoNotOptimize(to);
    benchmark::ClobberMemory();
  }
}

void read_miss_page(benchmark::State& state) {
  const auto first = liana::reinterpret_pointer_cast<std::uint64_t>(shared->remote_page);
  std::uint64_t i = 0;
  for (auto _ : state) {
    state.PauseTiming();
    first.put(++i);  // a put of part of a block keeps no replica
    state.ResumeTiming();
    benchmark::DoNotOptimize(shared->remote_page.get());
  }
}

void view(benchmark::State& state) {
  const auto all = shared->table.read(0, shared->table.size());
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (const auto chunk : all.chunks()) {
      sum = std::accumulate(chunk.begin(), chunk.end(), sum);
    }
    benchmark::DoNotOptimize(sum);
  }
}

void span(benchmark::State& state) {
  const std::vector<std::uint64_t> all(view_elements, 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(std::accumulate(all.begin(), all.end(), std::uint64_t{0}));
  }
}

BENCHMARK(plain_load);
BENCHMARK(get);
BENCHMARK(put);
BENCHMARK(own_put);
BENCHMARK(two_atomics);
BENCHMARK(read_guard);
BENCHMARK(own_write_guard);
BENCHMARK(get_page);
BENCHMARK(copy_page);
BENCHMARK(read_miss_page);
BENCHMARK(view);
BENCHMARK(span);

}  // namespace

int main(int argc, char** argv) {
  const liana::runtime rt(argc, argv);
  benchmark::Initialize(&argc, argv);
  const auto made = make_fixture();
  shared = made.get();
  liana::barrier();
  if (liana::rank() == 0) {
    benchmark::RunSpecifiedBenchmarks();
  }
  liana::barrier();
  return 0;
}
