#include <atomic>
#include <mutex>
#include <new>
#include <shared_mutex>
#include <thread>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "benchmarks/mpi_window.hpp"
#include "benchmarks/synchronisation/subjects.hpp"

namespace liana::benchmarks::synchronisation {

namespace {

constexpr std::int64_t batch = 256;
constexpr int partner = 1;

/// What ranks 0 and 1 do, as often each; a repetition is what one of them does once. Other ranks wait for the next
/// window.
template <class Turn>
void add_turns(job& here, const char* name, Turn turn) {
  here.add(
      name,
      [turn](benchmark::State& state) {
        std::int64_t handed_over = 0;
        while (state.KeepRunningBatch(batch)) {
          for (std::int64_t i = 0; i < batch; i += 2) {
            handed_over += turn() ? 1 : 0;
          }
        }
        state.counters["handed_over"] =
            2.0 * static_cast<double>(handed_over) / static_cast<double>(state.iterations());
      },
      [turn, &here](const window& now) {
        for (std::int64_t i = 0; here.rank() == partner && i < now.batches(batch) * batch; i += 2) {
          turn();
        }
      },
      {.ranks = 2});
}

/// A word that two ranks write in turn.
struct line {
  explicit line(const job& here)
      : window(here.communicator(), mpi_window::kind::shared, 4096),
        number(new (window.of(0)) std::atomic<word>(0)),
        parity(here.is_leader() ? 0U : 1U) {
    here.meet();
  }
  mpi_window window;
  std::atomic<word>* number;
  word parity;  ///< of the numbers that this rank waits for
};

/// Looks until `look()`; a rank without a processor of its own gives this one away now and then.
template <class Look>
void await(Look look) {
  for (int looks = 0; !look(); ++looks) {
    if (looks > 10'000) {
      std::this_thread::yield();
      looks = 0;
    }
  }
}

}  // namespace

void add_locks(job& here) {
  const auto mutex = broadcast(make_mutex(), 0);
  const auto shared = broadcast(make_shared_mutex(), 0);
  auto& plain = here.keep<std::atomic<word>>(word{0});
  here.add("two_plain_atomics", [&plain](benchmark::State& state) {
    repeat_in_batches(state, batch, [&](std::size_t) {
      plain.exchange(1);
      word expected = 1;
      plain.compare_exchange_strong(expected, 0);
    });
  });
  here.add("mutex_alone", [mutex](benchmark::State& state) {
    repeat_in_batches(state, batch, [&](std::size_t) { const std::scoped_lock hold(mutex); });
  });
  here.add("shared_mutex_alone", [shared](benchmark::State& state) {
    repeat_in_batches(state, batch, [&](std::size_t) { const std::scoped_lock hold(shared); });
  });
  here.add("shared_mutex_reader_alone", [shared](benchmark::State& state) {
    repeat_in_batches(state, batch, [&](std::size_t) { const std::shared_lock hold(shared); });
  });

  const auto& turn_of = here.keep<line>(here);
  // The limit: half a round trip of a line a turn.
  add_turns(here, "cache_line_turns", [&turn_of] {
    await([&] { return turn_of.number->load(std::memory_order_acquire) % 2 == turn_of.parity; });
    turn_of.number->store(turn_of.number->load(std::memory_order_relaxed) + 1, std::memory_order_release);
    return true;
  });
  const auto& holder = here.keep<line>(here);
  add_turns(here, "mutex_turns", [mutex, &holder] {
    const std::scoped_lock hold(mutex);
    const bool from_the_other = holder.number->load(std::memory_order_relaxed) != holder.parity;
    holder.number->store(holder.parity, std::memory_order_relaxed);
    return from_the_other;
  });
}

}  // namespace liana::benchmarks::synchronisation
