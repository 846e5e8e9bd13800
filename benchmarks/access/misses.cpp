#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "benchmarks/access/subjects.hpp"
#include "benchmarks/mpi_window.hpp"

// A window is made of rounds. In each the neighbour writes all pieces of its memory, so that they are in the cache of
// its processor, and then the leader reads each piece once, into memory of its own for each. That is the same for
// blocks of Liana, MPI's window and a plain copy. Only the leader's reads are timed.

namespace liana::benchmarks::access {

namespace {

using word = std::uint64_t;

/// Pieces of one size at the neighbour.
struct pieces {
  pieces(const job& here, std::size_t piece_bytes)
      : bytes(piece_bytes),
        count(std::clamp<std::size_t>((std::size_t{1} << 20U) / bytes, 2, 256)),
        blocks(make_array<word>(static_cast<std::size_t>(size()) * count * bytes / 8, {.block_bytes = bytes})),
        window(here.communicator(), mpi_window::kind::shared, count * bytes),
        at_neighbour(window.of(neighbour)),
        copies(count * bytes) {
    for (std::size_t i = 0; i < count; ++i) {
      first_words.push_back(blocks.ptr((neighbour * count + i) * bytes / 8));
    }
  }

  std::size_t bytes;
  std::size_t count;
  array<word> blocks;  ///< as many of each rank
  std::vector<global_ptr<word>> first_words;
  mpi_window window;
  std::byte* at_neighbour;
  std::vector<std::byte> copies;
};

/// `write` is what the neighbour does in each round, `read(i)` what the leader does with piece i.
template <class Write, class Read>
void add_rounds(job& here, const std::string& name, std::size_t count, Write write, Read read) {
  const auto batch = static_cast<std::int64_t>(count);
  here.add(
      name,
      [&here, count, batch, read](benchmark::State& state) {
        while (state.KeepRunningBatch(batch)) {
          here.meet();
          here.meet();
          add_time_of(state, [&] {
            for (std::size_t i = 0; i < count; ++i) {
              read(i);
            }
          });
        }
      },
      [&here, batch, write](const window& now) {
        for (std::int64_t round = 0; round < now.batches(batch); ++round) {
          here.meet();
          if (here.rank() == neighbour) {
            write();
          }
          here.meet();
        }
      },
      {.ranks = 2, .manual_time = true});
}

void write_blocks(const pieces& of) {
  const std::vector<word> content(of.bytes / 8, 1);
  for (std::size_t i = 0; i < of.count; ++i) {
    of.blocks.put((neighbour * of.count + i) * content.size(), std::span<const word>(content));
  }
}

void write_window(const pieces& of) { std::memset(of.window.own(), 1, of.count * of.bytes); }

void open_guard(const pieces& of, std::size_t i) {
  const auto guard = of.first_words[i].read();
  benchmark::DoNotOptimize(guard.get());
}

void add_misses_of(job& here, std::size_t bytes) {
  auto& of = here.keep<pieces>(here, bytes);
  add_rounds(
      here, fmt::format("miss/{}", bytes), of.count, [&] { write_blocks(of); },
      [&](std::size_t i) { open_guard(of, i); });
  add_rounds(
      here, fmt::format("fresh_copy/{}", bytes), of.count, [&] { write_window(of); },
      [&](std::size_t i) {
        std::memcpy(&of.copies[i * of.bytes], of.at_neighbour + i * of.bytes, of.bytes);
        benchmark::ClobberMemory();
      });
  add_rounds(
      here, fmt::format("fresh_mpi_get/{}", bytes), of.count, [&] { write_window(of); },
      [&](std::size_t i) {
        of.window.get(neighbour, i * of.bytes, &of.copies[i * of.bytes], of.bytes);
        benchmark::ClobberMemory();
      });
}

/// A block that shares the only validity word with all others: to write it makes every replica doubtful.
struct doubt {
  doubt() : blocks(make_array<word>(static_cast<std::size_t>(size()) * words)), one(blocks.ptr(neighbour * words)) {}

  static constexpr std::size_t words = 512;
  array<word> blocks;
  global_ptr<word> one;
};

}  // namespace

void add_misses(job& here) {
  for (const std::size_t bytes : {std::size_t{8}, std::size_t{64}, std::size_t{512}, std::size_t{4096},
                                  std::size_t{65536}, std::size_t{1} << 20U}) {
    if (!here.quick() || bytes <= 4096) {
      add_misses_of(here, bytes);
    }
  }
}

void add_revalidation(job& here) {
  const auto& other = here.keep<doubt>();
  for (const std::size_t bytes : {std::size_t{1024}, std::size_t{4096}, std::size_t{65536}}) {
    add_misses_of(here, bytes);
    auto& of = here.keep<pieces>(here, bytes);
    const auto batch = static_cast<std::int64_t>(of.count);
    here.add(
        fmt::format("revalidate/{}", bytes),
        [&here, &of, &other, batch](benchmark::State& state) {
          for (std::size_t i = 0; i < of.count; ++i) {
            open_guard(of, i);
          }
          const auto before = stats().revalidations;
          while (state.KeepRunningBatch(batch)) {
            benchmark::DoNotOptimize(other.one.get());  // so that the neighbour's write has a replica to invalidate
            here.meet();
            here.meet();
            add_time_of(state, [&] {
              for (std::size_t i = 0; i < of.count; ++i) {
                open_guard(of, i);
              }
            });
          }
          if (stats().revalidations - before < static_cast<std::uint64_t>(state.iterations())) {
            state.SkipWithError("not every read was a revalidation");
          }
        },
        [&here, &other, batch](const window& now) {
          for (std::int64_t round = 0; round < now.batches(batch); ++round) {
            here.meet();
            if (here.rank() == neighbour) {
              other.one.put(static_cast<word>(round));
            }
            here.meet();
          }
        },
        {.ranks = 2, .manual_time = true});
  }
}

}  // namespace liana::benchmarks::access
