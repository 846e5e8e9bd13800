#include "report.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>

#include <fmt/format.h>

#include "ranking.hpp"

namespace pagerank {

namespace {

double milliseconds(seconds time) { return 1000 * time.count(); }

}  // namespace

void print_progress(const outcome& so_far) {
  constexpr std::size_t every = 5;
  const std::size_t iteration = so_far.residuals.size();
  if (iteration != 1 && iteration % every != 0) return;
  fmt::print("iteration {:4}  residual {:.3e}  {:8.3f} ms\n", iteration, so_far.residuals.back(),
             milliseconds(so_far.times.back()));
  std::fflush(stdout);
}

void print_highest(const graph& of, const std::vector<double>& values, std::size_t count) {
  const auto nodes = highest(of, values, count);
  fmt::print("\nThe {} highest of {} nodes, which {} edges connect\n", nodes.size(), of.nodes, of.edges.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    fmt::print("{:4}  {}  {}\n", i + 1, printed(values[nodes[i]]), of.name(nodes[i]));
  }
}

void print_residuals(const outcome& result) {
  constexpr std::size_t per_line = 6;
  fmt::print("\nResidual of each iteration");
  for (std::size_t i = 0; i < result.residuals.size(); ++i) {
    if (i % per_line == 0) fmt::print("\n{:5}:", i + 1);
    fmt::print("  {:.3e}", result.residuals[i]);
  }
  fmt::print("\n");
}

void print_costs(const outcome& result) {
  auto times = result.times;
  std::sort(times.begin(), times.end());
  const seconds total = std::accumulate(times.begin(), times.end(), seconds{});
  const traffic& moved = result.moved;
  const auto reads = moved.hits + moved.misses;
  const double rate = reads == 0 ? 0 : 100 * static_cast<double>(moved.hits) / static_cast<double>(reads);
  fmt::print("\nTime per iteration: median {:.3f} ms, least {:.3f} ms, greatest {:.3f} ms; {} iterations in {:.3f} s\n",
             milliseconds(times[times.size() / 2]), milliseconds(times.front()), milliseconds(times.back()),
             times.size(), total.count());
  fmt::print(
      "Hit rate: {:.2f} % of {} cached reads ({} missed, of which {} found nothing newer); {} accesses were near\n",
      rate, reads, moved.misses, moved.revalidations, moved.near);
  fmt::print("Bytes moved: {} read, {} written\n", moved.bytes_read, moved.bytes_written);
}

bool print_comparison(const std::vector<double>& shared, const std::vector<double>& serial) {
  constexpr double allowed = 1e-10;
  const double difference = greatest_difference(shared, serial);
  const bool good = difference <= allowed;
  fmt::print("Comparison with a serial computation: the {} values differ by at most {:.1e}, allowed are {:.0e}: {}\n",
             serial.size(), difference, allowed, good ? "good" : "WRONG");
  return good;
}

}  // namespace pagerank
