#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <vector>

#include <liana/liana.hpp>

#include "benchmarks/access/subjects.hpp"

namespace liana::benchmarks::access {

namespace {

using word = std::uint64_t;

constexpr std::size_t block_words = 512;

constexpr std::size_t of_neighbour = neighbour * block_words;  ///< its first word

struct block {
  std::array<word, block_words> words;
};

struct fixture {
  explicit fixture(std::size_t table_bytes)
      : one_block(make_array<word>(static_cast<std::size_t>(size()) * block_words)),
        table(make_array<word>(table_bytes / sizeof(word))),
        plain_block{},
        plain_table(table_bytes / sizeof(word), 1) {
    auto own = table.write_local();
    std::fill(own.begin(), own.end(), word{1});
  }

  array<word> one_block;  ///< one of each rank
  array<word> table;
  block plain_block;
  std::vector<word> plain_table;
};

/// All loops over a block are this one, so that only what `at(i)` is differs.
template <class At>
void sum_block(benchmark::State& state, const At& at) {
  repeat_in_batches(state, 16, [&](std::size_t) {
    word sum = 0;
    for (std::size_t i = 0; i < block_words; ++i) {
      sum += at(i);
    }
    benchmark::DoNotOptimize(sum);
    benchmark::ClobberMemory();
  });
}

void add_block_loops(job& here, const fixture& of) {
  here.add("loop_raw", [&](benchmark::State& state) {
    const word* raw = of.plain_block.words.data();
    benchmark::DoNotOptimize(raw);
    sum_block(state, [raw](std::size_t i) { return raw[i]; });
  });
  here.add("loop_guard", [&](benchmark::State& state) {
    const auto guard = reinterpret_pointer_cast<block>(of.one_block.ptr(of_neighbour)).read();
    sum_block(state, [&guard](std::size_t i) { return guard->words[i]; });
  });
  here.add("loop_view", [&](benchmark::State& state) {
    const auto view = of.one_block.read(of_neighbour, block_words);
    sum_block(state, [&view](std::size_t i) { return view[i]; });
  });
  here.add("loop_view_iterator", [&](benchmark::State& state) {
    const auto view = of.one_block.read(of_neighbour, block_words);
    repeat_in_batches(state, 16, [&](std::size_t) {
      word sum = 0;
      for (const word each : view) {
        sum += each;
      }
      benchmark::DoNotOptimize(sum);
      benchmark::ClobberMemory();
    });
  });
  here.add("loop_get", [&](benchmark::State& state) {
    const auto first = of.one_block.ptr(of_neighbour);
    benchmark::DoNotOptimize(first.get());
    sum_block(state, [first](std::size_t i) { return (first + static_cast<std::ptrdiff_t>(i)).get(); });
  });
}

void add_table_loops(job& here, const fixture& of) {
  here.add("table_span", [&](benchmark::State& state) {
    for (auto _ : state) {
      benchmark::DoNotOptimize(std::accumulate(of.plain_table.begin(), of.plain_table.end(), word{0}));
      benchmark::ClobberMemory();
    }
  });
  here.add("table_view", [&](benchmark::State& state) {
    const auto all = of.table.read(0, of.table.size());
    for (auto _ : state) {
      word sum = 0;
      for (const auto chunk : all.chunks()) {
        sum = std::accumulate(chunk.begin(), chunk.end(), sum);
      }
      benchmark::DoNotOptimize(sum);
      benchmark::ClobberMemory();
    }
  });
}

}  // namespace

void add_loops(job& here) {
  constexpr std::size_t mebibyte = std::size_t{1} << 20U;
  const auto& memory = here.keep<fixture>((here.quick() ? 1 : 64) * mebibyte);
  barrier();
  add_block_loops(here, memory);
  add_table_loops(here, memory);
}

}  // namespace liana::benchmarks::access
