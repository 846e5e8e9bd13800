#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

#include <liana/liana.hpp>

#include "benchmarks/access/subjects.hpp"

namespace liana::benchmarks::access {

namespace {

constexpr std::size_t objects = 4096;

using page = std::array<std::uint64_t, 512>;

/// Objects of the neighbour, and as many private ones, both in the same random order.
struct fixture {
  fixture() {
    std::array<global_ptr<std::uint64_t>, objects> made{};
    global_ptr<page> made_page;
    if (rank() == neighbour) {
      std::generate(made.begin(), made.end(), [] { return make_global<std::uint64_t>(1); });
      made_page = make_global<page>();
    }
    made = broadcast(made, neighbour);
    remote_page = broadcast(made_page, neighbour);
    own = make_global<std::uint64_t>(1);
    std::vector<std::size_t> order(objects);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::shuffle(order.begin(), order.end(), std::mt19937_64(42));  // NOLINT(cert-msc51-cpp): the same in every run
    for (const std::size_t i : order) {
      remote.push_back(made[i]);
      plain.push_back(&memory[i]);
    }
  }

  /// Far: whatever was written in between, from now on there are replicas.
  void fetch() const {
    for (const auto each : remote) {
      benchmark::DoNotOptimize(each.get());
    }
  }

  std::vector<global_ptr<std::uint64_t>> remote;
  global_ptr<page> remote_page;
  global_ptr<std::uint64_t> own;
  std::unique_ptr<std::uint64_t[]> memory = std::make_unique<std::uint64_t[]>(objects);
  std::vector<std::uint64_t*> plain;
};

void add_random_order(job& here, const fixture& of) {
  here.add("random_load", [&](benchmark::State& state) {
    repeat_in_batches(state, objects, [&](std::size_t i) {
      benchmark::DoNotOptimize(*static_cast<const volatile std::uint64_t*>(of.plain[i]));
    });
  });
  here.add("random_get", [&](benchmark::State& state) {
    of.fetch();
    repeat_in_batches(state, objects, [&](std::size_t i) { benchmark::DoNotOptimize(of.remote[i].get()); });
  });
  here.add("random_guard", [&](benchmark::State& state) {
    of.fetch();
    repeat_in_batches(state, objects, [&](std::size_t i) {
      const auto guard = of.remote[i].read();
      benchmark::DoNotOptimize(*static_cast<const volatile std::uint64_t*>(guard.get()));
    });
  });
  here.add("random_put", [&](benchmark::State& state) {
    repeat_in_batches(state, objects, [&](std::size_t i) { of.remote[i].put(i); });
  });
}

void add_guards(job& here, const fixture& of) {
  constexpr std::int64_t batch = 1024;
  here.add("read_guard", [&](benchmark::State& state) {
    benchmark::DoNotOptimize(of.remote_page.read().get());
    repeat_in_batches(state, batch, [&](std::size_t) {
      const auto guard = of.remote_page.read();
      benchmark::DoNotOptimize(guard.get());
    });
  });
  here.add("own_read_guard", [&](benchmark::State& state) {
    repeat_in_batches(state, batch, [&](std::size_t) {
      const auto guard = of.own.read();
      benchmark::DoNotOptimize(guard.get());
    });
  });
  here.add("own_write_guard", [&](benchmark::State& state) {
    repeat_in_batches(state, batch, [&](std::size_t) {
      const auto guard = of.own.write();
      benchmark::DoNotOptimize(guard.get());
    });
  });
  here.add("write_guard", [&](benchmark::State& state) {
    repeat_in_batches(state, batch, [&](std::size_t i) {
      const auto guard = of.remote.front().write();
      *guard = i;
      benchmark::DoNotOptimize(guard.get());
    });
  });
}

}  // namespace

void add_hits(job& here) {
  const auto& objects_of_neighbour = here.keep<fixture>();
  add_random_order(here, objects_of_neighbour);
  add_guards(here, objects_of_neighbour);
}

}  // namespace liana::benchmarks::access
