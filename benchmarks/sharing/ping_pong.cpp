#include <array>
#include <atomic>
#include <new>
#include <thread>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "benchmarks/mpi_window.hpp"
#include "benchmarks/sharing/subjects.hpp"

// Ranks 0 and 1 write a number in turn, each one more than what the other has written. A repetition is one write and
// what it takes to get there, half a round trip. The block is rank 1's. Other ranks wait for the next window.

namespace liana::benchmarks::sharing {

namespace {

constexpr std::int64_t batch = 64;
constexpr int partner = 1;

template <std::size_t Bytes>
struct object {
  std::array<word, Bytes / sizeof(word)> words;
};

/// Calls `look` until it says that the other one has written. Where the other one has no processor of its own it needs
/// this one.
template <class Look>
void await(Look look) {
  for (int looks = 0; !look(); ++looks) {
    if (looks > 10'000) {
      std::this_thread::yield();
      looks = 0;
    }
  }
}

/// `turn(from, to)` waits for the number to be `from` and makes it `to`.
template <class Turn>
void add_turns(job& here, const std::string& name, Turn turn) {
  auto& last = here.keep<word>(word{0});
  const auto play = [turn, &last](std::int64_t turns, bool begins) {
    for (std::int64_t i = 0; i < turns; ++i, ++last) {
      if (begins == (i % 2 == 0)) {
        turn(last, last + 1);
      }
    }
  };
  here.add(
      name,
      [play](benchmark::State& state) {
        while (state.KeepRunningBatch(batch)) {
          play(batch, true);
        }
      },
      [play, &here](const window& now) {
        if (here.rank() == partner) {
          play(batch * now.batches(batch), false);
        }
      },
      {.ranks = 2});
}

template <std::size_t Bytes>
void add_objects(job& here) {
  using object_ptr = global_ptr<object<Bytes>>;
  const auto made = [] { return broadcast(rank() == partner ? make_global<object<Bytes>>() : object_ptr(), partner); };
  const auto word_of = [](object_ptr of) { return reinterpret_pointer_cast<word>(of); };
  add_turns(here, fmt::format("ping_pong_put/{}", Bytes), [at = word_of(made())](word from, word to) {
    await([&] { return at.get() == from; });
    at.put(to);
  });
  add_turns(here, fmt::format("ping_pong_guard/{}", Bytes), [of = made(), word_of](word from, word to) {
    await([&] { return word_of(of).get() == from; });
    const auto guard = of.write();
    guard->words[0] = to;
  });
  add_turns(here, fmt::format("ping_pong_guards_only/{}", Bytes), [of = made()](word from, word to) {
    await([&] {
      const auto guard = of.write();
      const bool mine = guard->words[0] == from;
      if (mine) {
        guard->words[0] = to;
      }
      return mine;
    });
  });
}

struct line {
  explicit line(const job& here)
      : window(here.communicator(), mpi_window::kind::shared, 4096), number(new (window.of(0)) std::atomic<word>(0)) {
    here.meet();
  }
  mpi_window window;
  std::atomic<word>* number;
};

void add_send_receive(job& here) {
  const MPI_Comm over = here.communicator();
  for (const std::size_t bytes : {std::size_t{8}, std::size_t{4096}}) {
    auto& buffer = here.keep<std::vector<std::byte>>(bytes);
    const int other = here.is_leader() ? partner : 0;
    const auto count = static_cast<int>(bytes);
    const auto send = [=, &buffer] { MPI_Send(buffer.data(), count, MPI_BYTE, other, 0, over); };
    const auto receive = [=, &buffer] { MPI_Recv(buffer.data(), count, MPI_BYTE, other, 0, over, MPI_STATUS_IGNORE); };
    here.add(
        fmt::format("ping_pong_send_receive/{}", bytes),
        [=](benchmark::State& state) {
          while (state.KeepRunningBatch(2)) {
            send();
            receive();
          }
        },
        [=, &here](const window& now) {
          for (std::int64_t i = 0; here.rank() == partner && i < now.batches(2); ++i) {
            receive();
            send();
          }
        },
        {.ranks = 2});
  }
}

}  // namespace

void add_ping_pong(job& here) {
  add_objects<8>(here);
  add_objects<4096>(here);
  add_send_receive(here);
  const auto& shared = here.keep<line>(here);
  add_turns(here, "ping_pong_cache_line", [number = shared.number](word from, word to) {
    await([&] { return number->load(std::memory_order_acquire) == from; });
    number->store(to, std::memory_order_release);
  });
}

}  // namespace liana::benchmarks::sharing
