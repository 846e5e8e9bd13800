#include <array>
#include <cstdlib>
#include <vector>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "benchmarks/access/subjects.hpp"

namespace liana::benchmarks::access {

namespace {

constexpr std::int64_t batch = 256;

template <std::size_t Bytes>
struct object {
  std::array<std::byte, Bytes> bytes;
};

/// One at a time, and many before the first is freed. calloc, because Liana's memory is zeroed too.
template <std::size_t Bytes>
void add_sizes(job& here) {
  here.add(fmt::format("make_and_destroy/{}", Bytes), [](benchmark::State& state) {
    repeat_in_batches(state, batch, [](std::size_t) {
      const auto made = make_global<object<Bytes>>();
      benchmark::DoNotOptimize(made);
      destroy(made);
    });
  });
  here.add(fmt::format("calloc_and_free/{}", Bytes), [](benchmark::State& state) {
    repeat_in_batches(state, batch, [](std::size_t) {
      void* made = std::calloc(1, Bytes);  // NOLINT(cppcoreguidelines-no-malloc): what is compared
      benchmark::DoNotOptimize(made);
      std::free(made);  // NOLINT(cppcoreguidelines-no-malloc)
    });
  });
  here.add(fmt::format("make_many/{}", Bytes), [](benchmark::State& state) {
    std::vector<global_ptr<object<Bytes>>> all(batch);
    while (state.KeepRunningBatch(batch)) {
      for (auto& each : all) {
        each = make_global<object<Bytes>>();
      }
      for (const auto each : all) {
        destroy(each);
      }
    }
  });
  here.add(fmt::format("calloc_many/{}", Bytes), [](benchmark::State& state) {
    std::vector<void*> all(batch);
    while (state.KeepRunningBatch(batch)) {
      for (auto& each : all) {
        each = std::calloc(1, Bytes);  // NOLINT(cppcoreguidelines-no-malloc)
        benchmark::DoNotOptimize(each);
      }
      for (void* each : all) {
        std::free(each);  // NOLINT(cppcoreguidelines-no-malloc)
      }
    }
  });
}

}  // namespace

void add_allocation(job& here) {
  add_sizes<8>(here);
  add_sizes<64>(here);
  add_sizes<4096>(here);
}

}  // namespace liana::benchmarks::access
