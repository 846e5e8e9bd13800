#include <numeric>

#include "benchmarks/bulk/subjects.hpp"

namespace liana::benchmarks::bulk {

namespace {

/// One pass over the neighbour's part: `pass()` returns the sum of its words.
template <class Pass>
void add_pass(job& here, const char* name, Pass pass) {
  here.add(name, [pass](benchmark::State& state) {
    for (auto _ : state) {
      const word sum = pass();
      benchmark::DoNotOptimize(sum);
      benchmark::ClobberMemory();
    }
  });
}

word sum_of(std::span<const word> run, word sum) { return std::accumulate(run.begin(), run.end(), sum); }

void fill(std::span<word> words, word with) { std::fill(words.begin(), words.end(), with); }

}  // namespace

void add_views(job& here, memory& of) {
  const std::size_t first = neighbour * of.words;
  add_pass(here, "view_chunks", [&of, first] {
    const auto view = of.read.read(first, of.words);
    word sum = 0;
    for (const auto chunk : view.chunks()) {
      sum = sum_of(chunk, sum);
    }
    return sum;
  });
  add_pass(here, "view_iterator", [&of, first] {
    const auto view = of.read.read(first, of.words);
    return std::accumulate(view.begin(), view.end(), word{0});
  });
  add_pass(here, "view_index", [&of, first] {
    const auto view = of.read.read(first, of.words);
    word sum = 0;
    for (std::size_t i = 0; i < view.size(); ++i) {  // NOLINT(modernize-loop-convert): by index is what is measured
      sum += view[i];
    }
    return sum;
  });
  add_pass(here, "view_open", [&of, first] { return of.read.read(first, of.words).front(); });
  add_pass(here, "raw_replicas", [&of] {
    word sum = 0;
    for (const auto piece : of.replicas()) {
      sum = sum_of(piece, sum);
    }
    return sum;
  });
  const word* plain = of.near() ? of.where_read(first) : reinterpret_cast<const word*>(of.shared.of(neighbour));
  add_pass(here, "raw_span", [plain, &of] { return sum_of({plain, of.words}, 0); });
}

void add_own_part(job& here, memory& of) {
  here.add("write_local", [&](benchmark::State& state) {
    for (auto _ : state) {
      auto own = of.written.write_local();
      fill(own, static_cast<word>(state.iterations()));
      own.release();
      benchmark::ClobberMemory();
    }
  });
  here.add("write_local_open", [&](benchmark::State& state) {
    for (auto _ : state) {
      auto own = of.written.write_local();
      benchmark::DoNotOptimize(own.data());
      own.release();
      benchmark::ClobberMemory();
    }
  });
  here.add("plain_stores", [&](benchmark::State& state) {
    const std::span<word> own(of.written.ptr(0).local(), of.words);
    for (auto _ : state) {
      fill(own, static_cast<word>(state.iterations()));
      benchmark::ClobberMemory();
    }
  });
}

}  // namespace liana::benchmarks::bulk
