// PageRank of a graph in distributed shared memory; README.md says what is where.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "command_line.hpp"
#include "load_graph.hpp"
#include "power_iteration.hpp"
#include "report.hpp"
#include "serial_pagerank.hpp"
#include "shared_graph.hpp"

namespace pagerank {

namespace {

using clock = std::chrono::steady_clock;

bool is_first() { return liana::rank() == 0; }

/// Rank 0 returns the graph, the others nothing. Empty on rank 0 means failure, which it has explained.
std::optional<graph> read_on_first(const settings& from) {
  if (!is_first()) return std::nullopt;
  try {
    fmt::print("{} ranks. Reading {}\n", liana::size(), origin(from));
    std::fflush(stdout);  // mpirun's pipe would keep it until the end
    const auto start = clock::now();
    graph read = load_graph(from);
    fmt::print("{} nodes, {} edges in {:.2f} s{}{}\n", read.nodes, read.edges.size(),
               seconds(clock::now() - start).count(), read.remark.empty() ? "" : "; ", read.remark);
    return read;
  } catch (const std::exception& error) {
    fmt::print(stderr, "pagerank: {}\n", error.what());
    return std::nullopt;
  }
}

/// Collective. The values only on rank 0.
outcome compute(const std::optional<graph>& read, const settings& with) {
  shared_graph shared = share_graph(read, with.block_bytes);
  power_iteration iteration(shared, with.computation, with.block_bytes);
  outcome result;
  const traffic before = traffic_so_far();
  for (int i = 0; i < with.computation.max_iterations; ++i) {
    const auto start = clock::now();
    result.residuals.push_back(iteration.step());
    result.times.emplace_back(clock::now() - start);
    if (is_first()) print_progress(result);
    if (result.residuals.back() < with.computation.tolerance) break;
  }
  result.moved = of_all_ranks(traffic_so_far() - before);
  if (is_first()) result.values = iteration.values();
  iteration.destroy();
  destroy(shared);
  return result;
}

/// Collective.
bool report(const std::optional<graph>& read, const outcome& result, const settings& with) {
  bool good = true;
  if (read) {
    print_highest(*read, result.values, static_cast<std::size_t>(with.top));
    print_residuals(result);
    print_costs(result);
    if (with.verify) good = print_comparison(result.values, serial_pagerank(*read, with.computation).values);
    std::fflush(stdout);
  }
  return liana::broadcast(good, 0);
}

int run(const settings& with) {
  const std::optional<graph> read = read_on_first(with);
  if (!liana::broadcast(read.has_value(), 0)) return EXIT_FAILURE;
  const outcome result = compute(read, with);
  return report(read, result, with) ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

}  // namespace pagerank

int main(int argc, char** argv) {
  try {
    const liana::runtime runtime(argc, argv);
    const auto line = pagerank::parse_command_line(argc, argv, liana::rank() == 0);
    return line.exit_code ? *line.exit_code : pagerank::run(line.values);
  } catch (const std::exception& error) {
    fmt::print(stderr, "pagerank: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
