#include <atomic>
#include <cstdint>
#include <numeric>
#include <random>
#include <span>
#include <vector>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "benchmarks/mpi_window.hpp"
#include "benchmarks/synchronisation/subjects.hpp"

namespace liana::benchmarks::synchronisation {

namespace {

constexpr std::int64_t batch = 1024;
constexpr int neighbour = 1;

/// An atomic of rank 1, one of this rank, and a plain one.
struct fixture {
  explicit fixture(const job& here)
      : window(here.communicator(), mpi_window::kind::shared, 4096),
        own(make_atomic<word>()),
        remote(broadcast(own, neighbour)) {}

  mpi_window window;
  global_atomic<word> own;
  global_atomic<word> remote;
  alignas(64) std::atomic<word> plain{0};
};

/// Many atomics, and as many plain words, which are changed at random.
struct table {
  explicit table(const job& here)
      : atomics(make_atomic_array<word>(words(here))), plain(words(here)), index(batch), operands(batch, 1) {
    std::mt19937_64 random(1);
    for (auto& each : index) {
      each = random() % plain.size();
    }
  }
  static std::size_t words(const job& here) { return std::size_t{1} << (here.quick() ? 12U : 22U); }

  atomic_array<word> atomics;
  std::vector<word> plain;
  std::vector<std::size_t> index;
  std::vector<word> operands;
};

void add_table(job& here) {
  auto& memory = here.keep<table>(here);
  const auto shuffle = [&memory] {
    for (auto& each : memory.index) {
      each = (each * 6364136223846793005U + 1442695040888963407U) % memory.plain.size();
    }
  };
  here.add("random_fetch_xor", [&memory, shuffle](benchmark::State& state) {
    while (state.KeepRunningBatch(batch)) {
      shuffle();
      memory.atomics.fetch_xor(memory.index, memory.operands);
    }
  });
  here.add("random_fetch_add", [&memory, shuffle](benchmark::State& state) {
    while (state.KeepRunningBatch(batch)) {
      shuffle();
      memory.atomics.fetch_add(memory.index, memory.operands);
    }
  });
  here.add("random_fetch_add_one_by_one", [&memory, shuffle](benchmark::State& state) {
    while (state.KeepRunningBatch(batch)) {
      shuffle();
      for (const std::size_t each : memory.index) {
        memory.atomics[each].fetch_add(1);
      }
    }
  });
  here.add("random_plain_atomic", [&memory, shuffle](benchmark::State& state) {
    while (state.KeepRunningBatch(batch)) {
      shuffle();
      for (const std::size_t each : memory.index) {
        std::atomic_ref(memory.plain[each]).fetch_add(1);
      }
    }
  });
}

}  // namespace

void add_atomics(job& here) {
  auto& memory = here.keep<fixture>(here);
  here.add("plain_fetch_add", [&](benchmark::State& state) {
    repeat_in_batches(state, batch, [&](std::size_t i) { memory.plain.fetch_add(i); });
  });
  here.add("fetch_add_own", [&](benchmark::State& state) {
    repeat_in_batches(state, batch, [&](std::size_t i) { memory.own.fetch_add(i); });
  });
  here.add("fetch_add_remote", [&](benchmark::State& state) {
    repeat_in_batches(state, batch, [&](std::size_t i) { memory.remote.fetch_add(i); });
  });
  here.add("plain_load", [&](benchmark::State& state) {
    repeat_in_batches(state, batch, [&](std::size_t) { benchmark::DoNotOptimize(memory.plain.load()); });
  });
  here.add("load_remote", [&](benchmark::State& state) {
    repeat_in_batches(state, batch, [&](std::size_t) { benchmark::DoNotOptimize(memory.remote.load()); });
  });
  here.add(
      "mpi_fetch_and_op_shared",
      [&](benchmark::State& state) {
        repeat_in_batches(state, batch, [&](std::size_t i) {
          const word by = i;
          word before = 0;
          MPI_Fetch_and_op(&by, &before, MPI_UINT64_T, neighbour, 0, MPI_SUM, memory.window.handle());
          MPI_Win_flush(neighbour, memory.window.handle());
          benchmark::DoNotOptimize(before);
        });
        here.meet();
      },
      here.attend());
  add_table(here);
}

}  // namespace liana::benchmarks::synchronisation
