#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "benchmarks/bulk/subjects.hpp"

namespace liana::benchmarks::bulk {

namespace {

std::vector<std::size_t> sizes(const memory& of) {
  std::vector<std::size_t> all;
  for (const unsigned log2 : {12U, 16U, 20U, 23U, 26U}) {
    if (std::size_t{1} << log2 <= of.words * sizeof(word)) {
      all.push_back(std::size_t{1} << log2);
    }
  }
  return all;
}

/// Calls `operation` as often as `state` wants; it moves data that the compiler must not look through.
template <class Operation>
void repeat(benchmark::State& state, Operation operation) {
  for (auto _ : state) {
    operation();
    benchmark::ClobberMemory();
  }
}

void add_get(job& here, memory& of, std::size_t bytes) {
  const std::span<word> into(of.buffer.data(), bytes / sizeof(word));
  here.add(fmt::format("get/{}", bytes),
           [&of, into](benchmark::State& state) { repeat(state, [&] { of.read.get(neighbour * of.words, into); }); });
  here.add(fmt::format("copy_from/{}", bytes), [&of, bytes](benchmark::State& state) {
    if (of.near()) {
      const word* from = of.where_read(neighbour * of.words);
      repeat(state, [&] { std::memcpy(of.buffer.data(), from, bytes); });
    } else {
      repeat(state, [&] {
        word* next = of.buffer.data();
        for (std::size_t i = 0, left = bytes; left != 0; ++i) {
          const std::size_t now = std::min(left, of.replicas()[i].size_bytes());
          std::memcpy(next, of.replicas()[i].data(), now);
          next += now / sizeof(word);
          left -= now;
        }
      });
    }
  });
}

void add_put(job& here, memory& of, std::size_t bytes) {
  const std::span<const word> from(of.buffer.data(), bytes / sizeof(word));
  here.add(fmt::format("put/{}", bytes), [&of, from](benchmark::State& state) {
    repeat(state, [&] { of.written.put(neighbour * of.words, from); });
  });
  here.add(fmt::format("copy_to/{}", bytes), [&of, bytes](benchmark::State& state) {
    word* to = of.where_written();
    repeat(state, [&] { std::memcpy(to, of.buffer.data(), bytes); });
  });
}

void add_mpi(job& here, memory& of, const char* kind, const mpi_window& window, std::size_t bytes) {
  if (!window) {
    return;
  }
  here.add(
      fmt::format("mpi_get_{}/{}", kind, bytes),
      [&here, &of, &window, bytes](benchmark::State& state) {
        repeat(state, [&] { window.get(neighbour, 0, of.buffer.data(), bytes); });
        here.meet();
      },
      here.attend());
  here.add(
      fmt::format("mpi_put_{}/{}", kind, bytes),
      [&here, &of, &window, bytes](benchmark::State& state) {
        repeat(state, [&] { window.put(neighbour, 0, of.buffer.data(), bytes); });
        here.meet();
      },
      here.attend());
}

/// Rounds: the neighbour writes, then the leader, whose time is taken, reads once.
template <class Write, class Read>
void add_rounds(job& here, const std::string& name, Write write, Read read) {
  here.add(
      name,
      [&here, read](benchmark::State& state) {
        for (auto _ : state) {
          here.meet();
          here.meet();
          add_time_of(state, read);
          benchmark::ClobberMemory();
        }
      },
      [&here, write](const window& now) {
        now.repeat([&] {
          here.meet();
          if (here.rank() == neighbour) {
            write();
          }
          here.meet();
        });
      },
      {.ranks = 2, .manual_time = true});
}

void add_missing(job& here, memory& of, std::size_t bytes) {
  const std::size_t count = bytes / sizeof(word);
  const std::size_t first = neighbour * of.words;
  const auto write_window = [&of, bytes] { std::memset(of.shared.own(), 1, bytes); };
  add_rounds(
      here, fmt::format("get_missing/{}", bytes),
      [&of, first, count] { of.written.put(first, std::span<const word>(of.buffer.data(), count)); },
      [&of, first, count] { of.written.get(first, std::span<word>(of.buffer.data(), count)); });
  add_rounds(here, fmt::format("fresh_mpi_get_shared/{}", bytes), write_window,
             [&of, bytes] { of.shared.get(neighbour, 0, of.buffer.data(), bytes); });
  add_rounds(here, fmt::format("fresh_copy/{}", bytes), write_window,
             [&of, bytes] { std::memcpy(of.buffer.data(), of.shared.of(neighbour), bytes); });
  if (of.created) {
    add_rounds(
        here, fmt::format("fresh_mpi_get_created/{}", bytes), [&of, bytes] { std::memset(of.created.own(), 1, bytes); },
        [&of, bytes] { of.created.get(neighbour, 0, of.buffer.data(), bytes); });
  }
}

}  // namespace

void add_transfers(job& here, memory& of) {
  for (const std::size_t bytes : sizes(of)) {
    add_get(here, of, bytes);
    add_put(here, of, bytes);
    add_mpi(here, of, "shared", of.shared, bytes);
    add_mpi(here, of, "created", of.created, bytes);
  }
}

void add_misses(job& here, memory& of) {
  for (const std::size_t bytes : sizes(of)) {
    add_missing(here, of, bytes);
  }
}

}  // namespace liana::benchmarks::bulk
