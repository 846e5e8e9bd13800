#include <array>
#include <atomic>
#include <cstdint>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "benchmarks/access/subjects.hpp"
#include "benchmarks/mpi_window.hpp"

namespace liana::benchmarks::access {

namespace {

using word = std::uint64_t;

constexpr std::int64_t batch = 1024;

struct fixture {
  explicit fixture(const job& here)
      : shared(here.communicator(), mpi_window::kind::shared, 4096),
        created(here.communicator(), mpi_window::kind::created, 4096),
        own(make_global<word>(1)),
        remote(broadcast(own, neighbour)) {}

  mpi_window shared;
  mpi_window created;
  global_ptr<word> own;
  global_ptr<word> remote;  ///< the neighbour's own
  alignas(64) std::array<std::atomic<word>, 2> atomics{};
};

void add_fetch_and_op(job& here, const char* kind, const mpi_window& over) {
  if (!over) {
    return;
  }
  here.add(
      fmt::format("mpi_fetch_and_op_{}", kind),
      [&](benchmark::State& state) {
        repeat_in_batches(state, batch, [&](std::size_t i) {
          const word by = i;
          word before = 0;
          MPI_Fetch_and_op(&by, &before, MPI_UINT64_T, neighbour, 0, MPI_SUM, over.handle());
          MPI_Win_flush(neighbour, over.handle());
          benchmark::DoNotOptimize(before);
        });
        here.meet();
      },
      here.attend());
}

}  // namespace

void add_writes(job& here) {
  auto& memory = here.keep<fixture>(here);
  here.add("two_atomics", [&](benchmark::State& state) {
    repeat_in_batches(state, batch, [&](std::size_t) {
      for (auto& each : memory.atomics) {
        word expected = each.load(std::memory_order_relaxed);
        each.compare_exchange_strong(expected, expected + 1);
      }
    });
  });
  here.add("put_object", [&](benchmark::State& state) {
    repeat_in_batches(state, batch, [&](std::size_t i) { memory.remote.put(i); });
  });
  here.add("put_own_object", [&](benchmark::State& state) {
    repeat_in_batches(state, batch, [&](std::size_t i) { memory.own.put(i); });
  });
  here.add("update_object", [&](benchmark::State& state) {
    repeat_in_batches(state, batch, [&](std::size_t i) { memory.remote.update([&](word& value) { value += i; }); });
  });
  add_fetch_and_op(here, "shared", memory.shared);
  add_fetch_and_op(here, "created", memory.created);
}

}  // namespace liana::benchmarks::access
