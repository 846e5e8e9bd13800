#include "command_line.hpp"

namespace pagerank {

std::array<apps::options::option, 3> add_graph_options(apps::options& to, graph_source& source) {
  // No option group of CLI11, which would say that one of the three may be given: with one it takes the argument "" for
  // a subcommand without a name, for ever.
  const std::string input = "Graph (where it comes from; by default `apt-cache dumpavail`)";
  auto packages =
      to.text("--packages", source.packages_file, "saved output of `apt-cache dumpavail`, or a file Packages");
  auto edges = to.text("--edges", source.edges_file, "edge list: 'from to' on each line, # starts a comment");
  auto matrix = to.text("--matrix-market", source.matrix_market_file, "square Matrix Market coordinate file");
  packages.group(input).excludes(edges).excludes(matrix);
  edges.group(input).excludes(matrix);
  matrix.group(input);
  return {packages, edges, matrix};
}

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  apps::options all("PageRank over a graph, on all ranks of a job; by default that of Debian's packages.");
  add_graph_options(all, values);

  all.decimal("--damping", values.computation.damping, "share of a PageRank that follows the edges", 0, 1);
  all.decimal("--tolerance", values.computation.tolerance, "stop below this residual (sum of all changes)");
  all.whole("--iterations", values.computation.max_iterations, "stop after so many iterations", 1);
  all.whole("--top", values.top, "how many of the highest nodes to print");
  all.whole("--block-bytes", values.block_bytes,
            "unit in which nodes are dealt out over the ranks, and of coherence; a power of two");
  all.on_off("verify", values.verify, "compare with a serial computation");

  result.exit_code = all.parse(argc, argv, speak);
  return result;
}

}  // namespace pagerank
