#include "command_line.hpp"

#include <limits>

#include "../checked_numbers.hpp"

namespace pagerank {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;
  constexpr int any = std::numeric_limits<int>::max();

  CLI::App app("PageRank over a graph, on all ranks of a job; by default that of Debian's packages.");
  app.option_defaults()->always_capture_default();
  // No option group, which would say that one of the three may be given: with one CLI11 takes the argument "" for a
  // subcommand without a name, for ever.
  const std::string input = "Graph (where it comes from; by default `apt-cache dumpavail`)";
  auto* packages =
      app.add_option("--packages", values.packages_file, "saved output of `apt-cache dumpavail`, or a file Packages");
  auto* edges = app.add_option("--edges", values.edges_file, "edge list: 'from to' on each line, # starts a comment");
  auto* matrix = app.add_option("--matrix-market", values.matrix_market_file, "square Matrix Market coordinate file");
  packages->group(input)->excludes(edges)->excludes(matrix);
  edges->group(input)->excludes(matrix);
  matrix->group(input);

  app.add_option("--damping", values.computation.damping, "share of a PageRank that follows the edges")
      ->check(checked_numbers::decimal)
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--tolerance", values.computation.tolerance, "stop below this residual (sum of all changes)")
      ->check(checked_numbers::decimal)
      ->check(CLI::NonNegativeNumber);
  app.add_option("--iterations", values.computation.max_iterations, "stop after so many iterations")
      ->check(checked_numbers::whole)
      ->check(CLI::Range(1, any));
  app.add_option("--top", values.top, "how many of the highest nodes to print")
      ->check(checked_numbers::whole)
      ->check(CLI::Range(0, any));
  app.add_option("--block-bytes", values.block_bytes,
                 "unit in which nodes are dealt out over the ranks, and of coherence; a power of two")
      ->check(checked_numbers::whole);
  apps::add_switch(app, "verify", values.verify, "compare with a serial computation");

  result.exit_code = apps::parse(app, argc, argv, speak);
  return result;
}

}  // namespace pagerank
