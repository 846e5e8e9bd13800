#include "run.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <numeric>

#include <fmt/core.h>

#include "serial_pagerank.hpp"

namespace pagerank {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  apps::options all("PageRank over a graph, on all ranks of a job; by default that of Debian's packages.");
  add_graph_options(all, values);

  all.decimal("--damping", values.computation.damping, "share of a PageRank that follows the edges", 0, 1);
  all.decimal("--tolerance", values.computation.tolerance, "stop below this residual (sum of all changes)");
  all.whole("--iterations", values.computation.max_iterations, "stop after this many iterations", 1);
  all.whole("--top", values.top, "how many of the highest nodes to print");
  all.whole(
      "--block-bytes", values.block_bytes,
      "bytes of a block, the unit in which nodes are distributed over the ranks and kept coherent; a power of two");
  all.on_off("verify", values.verify, "compare with a serial computation");

  result.exit_code = all.parse(argc, argv, speak);
  return result;
}

std::string printed(double value) { return fmt::format("{:.10f}", value); }

std::vector<node> highest(const graph& of, const std::vector<double>& values, std::size_t count) {
  // In units of the last digit that is printed.
  std::vector<double> rounded(values.size());
  std::transform(values.begin(), values.end(), rounded.begin(), [](double value) { return std::round(value * 1e10); });
  std::vector<node> nodes(of.nodes);
  std::iota(nodes.begin(), nodes.end(), node{0});
  const auto end = nodes.begin() + static_cast<std::ptrdiff_t>(std::min(count, nodes.size()));
  std::partial_sort(nodes.begin(), end, nodes.end(), [&](node a, node b) {
    return rounded[a] != rounded[b] ? rounded[a] > rounded[b] : of.name(a) < of.name(b);
  });
  nodes.erase(end, nodes.end());
  return nodes;
}

void print_progress(const outcome& so_far) {
  constexpr std::size_t every = 5;
  const std::size_t iteration = so_far.residuals.size();
  if (iteration != 1 && iteration % every != 0) return;
  fmt::print("iteration {:4}  residual {:.3e}  {:8.3f} ms\n", iteration, so_far.residuals.back(),
             apps::milliseconds(so_far.times.back()));
  std::fflush(stdout);
}

namespace {

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

/// Prints the greatest difference, and returns whether it is within bounds.
bool print_comparison(const std::vector<double>& shared, const std::vector<double>& serial) {
  constexpr double allowed = 1e-10;
  const double difference = greatest_difference(shared, serial);
  const bool good = difference <= allowed;
  fmt::print("Comparison with a serial computation: the {} values differ by at most {:.1e}, allowed are {:.0e}: {}\n",
             serial.size(), difference, allowed, good ? "good" : "WRONG");
  return good;
}

}  // namespace

std::optional<graph> read_on_first(const settings& from, const apps::place& at) {
  if (at.rank != 0) return std::nullopt;
  try {
    fmt::print("{} ranks. Reading {}\n", at.ranks, origin(from));
    std::fflush(stdout);  // mpirun's pipe would keep it until the end
    graph read;
    const auto time = apps::time_of([&] { read = load_graph(from); });
    fmt::print("{} nodes, {} edges in {:.2f} s{}{}\n", read.nodes, read.edges.size(), time.count(),
               read.remark.empty() ? "" : "; ", read.remark);
    return read;
  } catch (const std::exception& error) {
    fmt::print(stderr, "pagerank: {}\n", error.what());
    return std::nullopt;
  }
}

bool report(const std::optional<graph>& read, const outcome& result, const settings& with) {
  if (!read) return true;
  print_highest(*read, result.values, static_cast<std::size_t>(with.top));
  print_residuals(result);
  fmt::print("\n");
  apps::print_times("iteration", result.times);
  const bool good = !with.verify || print_comparison(result.values, serial_pagerank(*read, with.computation).values);
  std::fflush(stdout);
  return good;
}

}  // namespace pagerank
