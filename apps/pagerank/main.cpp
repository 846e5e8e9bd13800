// PageRank of a graph in distributed shared memory; README.md says what is where.

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "command_line.hpp"
#include "power_iteration.hpp"
#include "run.hpp"
#include "shared_graph.hpp"
#include "traffic.hpp"

namespace pagerank {

namespace {

/// Collective. The values only on rank 0.
outcome compute(const std::optional<graph>& read, const settings& with, const place& at) {
  shared_graph shared = share_graph(read, with.block_bytes);
  power_iteration iteration(shared, with.computation, with.block_bytes);
  const traffic before = traffic_so_far();
  outcome result = iterate(iteration, with.computation, at);
  const traffic moved = of_all_ranks(traffic_so_far() - before);
  if (at.rank == 0) print_traffic(moved);
  iteration.destroy();
  destroy(shared);
  return result;
}

int run(const settings& with) {
  const place at{.rank = liana::rank(), .ranks = liana::size()};
  const std::optional<graph> read = read_on_first(with, at);
  if (!liana::broadcast(read.has_value(), 0)) return EXIT_FAILURE;
  const outcome result = compute(read, with, at);
  return liana::broadcast(report(read, result, with), 0) ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

}  // namespace pagerank

int main(int argc, char** argv) {
  try {
    const liana::runtime runtime(argc, argv);
    const auto [with, exit_code] = pagerank::parse_command_line(argc, argv, liana::rank() == 0);
    return exit_code ? *exit_code : pagerank::run(with);
  } catch (const std::exception& error) {
    fmt::print(stderr, "pagerank: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
