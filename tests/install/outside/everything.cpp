// Something of each header, so that what the library's templates make a compiler say is said here. Compiled only.

#include <array>
#include <cstddef>
#include <functional>
#include <span>

#include <liana/liana.hpp>
#include <liana/mpi.hpp>

struct particle {
  double x = 0;
  liana::global_ptr<particle> next{};
};

double use_objects() {
  const auto p = liana::make_global<particle>();
  p.put({});
  p.update([](particle& each) { each.x += 1; });
  p.prefetch();
  auto pending = p.async_get();
  auto put = p.async_put({});
  put.wait();
  auto [first, second] = liana::write_guards(p, p);
  first->x = second->x;
  const auto counter = liana::make_atomic<long>();
  counter.fetch_add(1);
  liana::destroy(p);
  return pending.get().x + p.read()->x;
}

double use_arrays() {
  const auto a = liana::make_array<double>(100, {.block_bytes = 64, .layout = liana::layout::cyclic});
  a[1] = a[2];
  double sum = 0;
  for (const double each : a.read(0, 100)) sum += each;
  for (double& each : a.write(0, 4)) each = 1;
  for (double& each : a.write_local()) each = 1;
  for (const std::span<const double> chunk : a.walk(0, 100)) sum += chunk.front();
  const std::array<std::size_t, 2> index{3, 4};
  std::array<double, 2> values{};
  a.gather(index, values);
  a.scatter(index, values);
  a.async_get(0, values).wait();
  const auto words = liana::make_atomic_array<long>(10);
  words[3].fetch_add(1);
  return sum + liana::all_reduce(values[0], std::plus<>{});
}

std::size_t use_work() {
  auto queue = liana::make_work_queue<int>();
  queue.push(1);
  std::size_t done = 0;
  while (queue.pop()) ++done;
  liana::parallel_for(0, 10, [&](std::size_t) { ++done; }, {.schedule = liana::schedule::stealing});
  const auto mutex = liana::make_mutex();
  mutex.lock();
  mutex.unlock();
  return done;
}
