#include <atomic>
#include <cstdint>
#include <memory>
#include <new>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "benchmarks/access/subjects.hpp"
#include "benchmarks/mpi_window.hpp"

namespace liana::benchmarks::access {

namespace {

/// A word that only this rank writes and only the other one awaits, in a cache line of its own.
using flag = std::atomic<std::int64_t>;

struct fixture {
  explicit fixture(const job& here)
      : lines(here.communicator(), mpi_window::kind::shared, 4096),
        buffer(sizes(here).back()),
        forth(new (lines.of(0)) flag(0)),
        back(new (lines.of(neighbour)) flag(0)) {
    here.meet();
  }

  mpi_window lines;
  std::vector<std::byte> buffer;
  flag* forth;
  flag* back;
  std::int64_t rounds = 0;
};

/// Waits for the other rank to write `round`. Where it has no processor of its own it needs this one.
void await(const flag& from, std::int64_t round) {
  for (int looks = 0; from.load(std::memory_order_acquire) != round; ++looks) {
    if (looks > 100'000) {
      std::this_thread::yield();
      looks = 0;
    }
  }
}

void add_round_trip(job& here, fixture& memory) {
  here.add(
      "cache_line_round_trip",
      [&](benchmark::State& state) {
        repeat_in_batches(state, 64, [&](std::size_t) {
          memory.forth->store(++memory.rounds, std::memory_order_release);
          await(*memory.back, memory.rounds);
        });
      },
      [&](const window& now) {
        if (here.rank() != neighbour) {
          return;
        }
        for (std::int64_t i = 0; i < 64 * now.batches(64); ++i) {
          await(*memory.forth, ++memory.rounds);
          memory.back->store(memory.rounds, std::memory_order_release);
        }
      },
      {.ranks = 2});
}

/// Half a round trip: the time of one message.
void add_send_receive(job& here, fixture& memory, std::size_t bytes) {
  const auto count = static_cast<int>(bytes);
  void* buffer = memory.buffer.data();
  const MPI_Comm over = here.communicator();
  here.add(
      fmt::format("send_receive/{}", bytes),
      [=](benchmark::State& state) {
        while (state.KeepRunningBatch(2)) {
          MPI_Send(buffer, count, MPI_BYTE, neighbour, 0, over);
          MPI_Recv(buffer, count, MPI_BYTE, neighbour, 0, over, MPI_STATUS_IGNORE);
        }
      },
      [=, &here](const window& now) {
        for (std::int64_t i = 0; here.rank() == neighbour && i < now.batches(2); ++i) {
          MPI_Recv(buffer, count, MPI_BYTE, 0, 0, over, MPI_STATUS_IGNORE);
          MPI_Send(buffer, count, MPI_BYTE, 0, 0, over);
        }
      },
      {.ranks = 2});
}

}  // namespace

void add_messages(job& here) {
  auto& memory = here.keep<fixture>(here);
  add_round_trip(here, memory);
  for (const std::size_t bytes : sizes(here)) {
    add_send_receive(here, memory, bytes);
  }
}

}  // namespace liana::benchmarks::access
