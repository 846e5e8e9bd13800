#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <vector>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "benchmarks/access/subjects.hpp"
#include "benchmarks/mpi_window.hpp"

namespace liana::benchmarks::access {

namespace {

using word = std::uint64_t;

constexpr std::size_t default_block = 4096;

/// An array of which the neighbour has `bytes`, in blocks of `block_bytes`; they begin at element `bytes / 8`.
array<word> shared_with_neighbour(std::size_t bytes, std::size_t block_bytes) {
  auto made = make_array<word>(static_cast<std::size_t>(size()) * bytes / 8, {.block_bytes = block_bytes});
  {
    auto own = made.write_local();
    std::fill(own.begin(), own.end(), word{1});
  }
  return made;
}

struct fixture {
  explicit fixture(const job& here)
      : largest(sizes(here).back()),
        read(shared_with_neighbour(largest, default_block)),
        written(shared_with_neighbour(largest, default_block)),
        shared(here.communicator(), mpi_window::kind::shared, largest),
        created(here.communicator(), mpi_window::kind::created, largest),
        buffer(largest / 8, 1) {
    for (const std::size_t bytes : sizes(here)) {
      if (bytes > default_block) {
        one_block.emplace(bytes, shared_with_neighbour(bytes, bytes));
      }
    }
    barrier();
    // Never written by what this subject measures, so looking past coherence is right. Far memory has no address here;
    // what MPI shares stands in.
    const auto* near = global_ptr<const word>(read.ptr(largest / 8)).local();
    plain = near != nullptr ? near : reinterpret_cast<const word*>(shared.of(neighbour));
    plain_written = reinterpret_cast<word*>(shared.of(neighbour));
  }

  std::size_t largest;
  array<word> read;
  array<word> written;
  std::map<std::size_t, array<word>> one_block;  ///< by size: the same in one block
  mpi_window shared;
  mpi_window created;
  std::vector<word> buffer;
  const word* plain = nullptr;
  word* plain_written = nullptr;
};

void get(benchmark::State& state, const array<word>& from, std::size_t first, std::span<word> into) {
  from.get(first, into);  // far: from now on there is a replica
  repeat_in_batches(state, batch_for(into.size_bytes()), [&](std::size_t) {
    from.get(first, into);
    benchmark::DoNotOptimize(into.data());
    benchmark::ClobberMemory();
  });
}

void get_word(benchmark::State& state, global_ptr<word> from) {
  repeat_in_batches(state, batch_for(sizeof(word)), [&](std::size_t) { benchmark::DoNotOptimize(from.get()); });
}

void put(benchmark::State& state, const array<word>& to, std::size_t first, std::span<const word> from) {
  repeat_in_batches(state, batch_for(from.size_bytes()), [&](std::size_t) {
    to.put(first, from);
    benchmark::ClobberMemory();
  });
}

void copy(benchmark::State& state, void* to, const void* from, std::size_t bytes) {
  repeat_in_batches(state, batch_for(bytes), [&](std::size_t) {
    benchmark::DoNotOptimize(from);
    std::memcpy(to, from, bytes);
    benchmark::DoNotOptimize(to);
    benchmark::ClobberMemory();
  });
}

void add_liana(job& here, fixture& memory, std::size_t bytes) {
  const std::span<word> buffer(memory.buffer.data(), bytes / 8);
  const std::size_t first = memory.largest / 8;
  here.add(fmt::format("get/{}", bytes), [&memory, buffer, first](benchmark::State& state) {
    if (buffer.size() == 1) {
      get_word(state, memory.read.ptr(first));
    } else {
      get(state, memory.read, first, buffer);
    }
  });
  here.add(fmt::format("put/{}", bytes),
           [&memory, buffer, first](benchmark::State& state) { put(state, memory.written, first, buffer); });
  if (const auto found = memory.one_block.find(bytes); found != memory.one_block.end()) {
    here.add(fmt::format("get_block/{}", bytes),
             [&from = found->second, buffer](benchmark::State& state) { get(state, from, buffer.size(), buffer); });
  }
}

void add_plain(job& here, fixture& memory, std::size_t bytes) {
  here.add(fmt::format("copy_from/{}", bytes),
           [&memory, bytes](benchmark::State& state) { copy(state, memory.buffer.data(), memory.plain, bytes); });
  here.add(fmt::format("copy_to/{}", bytes), [&memory, bytes](benchmark::State& state) {
    copy(state, memory.plain_written, memory.buffer.data(), bytes);
  });
}

void add_mpi(job& here, fixture& memory, const char* kind, const mpi_window& window, std::size_t bytes) {
  if (!window) {
    return;
  }
  here.add(
      fmt::format("mpi_get_{}/{}", kind, bytes),
      [&, bytes](benchmark::State& state) {
        repeat_in_batches(state, batch_for(bytes), [&](std::size_t) {
          window.get(neighbour, 0, memory.buffer.data(), bytes);
          benchmark::ClobberMemory();
        });
        here.meet();
      },
      here.attend());
  here.add(
      fmt::format("mpi_put_{}/{}", kind, bytes),
      [&, bytes](benchmark::State& state) {
        repeat_in_batches(state, batch_for(bytes), [&](std::size_t) {
          window.put(neighbour, 0, memory.buffer.data(), bytes);
          benchmark::ClobberMemory();
        });
        here.meet();
      },
      here.attend());
}

}  // namespace

bool neighbour_is_near() {
  const auto here = make_global<int>();
  const bool near = broadcast(here, neighbour).is_local();
  return broadcast(near, 0);
}

std::vector<std::size_t> sizes(const job& here) {
  std::vector<std::size_t> all{8, 64, 512, 4096, 16384, 65536};
  if (!here.quick()) {
    all.insert(all.end(), {std::size_t{1} << 18U, std::size_t{1} << 20U, std::size_t{4} << 20U});
  }
  return all;
}

std::int64_t batch_for(std::size_t bytes) {
  return std::max<std::int64_t>(1, 1024 / static_cast<std::int64_t>(bytes / 8));
}

void add_transfers(job& here) {
  auto& memory = here.keep<fixture>(here);
  for (const std::size_t bytes : sizes(here)) {
    add_liana(here, memory, bytes);
    add_plain(here, memory, bytes);
    add_mpi(here, memory, "shared", memory.shared, bytes);
    add_mpi(here, memory, "created", memory.created, bytes);
  }
}

}  // namespace liana::benchmarks::access
