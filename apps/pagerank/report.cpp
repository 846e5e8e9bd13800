#include "report.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "ranking.hpp"

namespace pagerank {

void print_progress(const outcome& so_far) {
  constexpr std::size_t every = 5;
  const std::size_t iteration = so_far.residuals.size();
  if (iteration != 1 && iteration % every != 0) return;
  fmt::print("iteration {:4}  residual {:.3e}  {:8.3f} ms\n", iteration, so_far.residuals.back(),
             apps::milliseconds(so_far.times.back()));
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

bool print_comparison(const std::vector<double>& shared, const std::vector<double>& serial) {
  constexpr double allowed = 1e-10;
  const double difference = greatest_difference(shared, serial);
  const bool good = difference <= allowed;
  fmt::print("Comparison with a serial computation: the {} values differ by at most {:.1e}, allowed are {:.0e}: {}\n",
             serial.size(), difference, allowed, good ? "good" : "WRONG");
  return good;
}

}  // namespace pagerank
