#include "command_line.hpp"

namespace bfs {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  apps::options all("Breadth-first searches in a Kronecker graph, as Graph500 has them, on all ranks of a job.");
  all.whole("--scale", values.graph.scale, "the graph has 2^scale vertices", 1, 30);
  all.whole("--edge-factor", values.graph.edge_factor, "edges to a vertex", 1, 1024);
  all.whole("--seed", values.graph.seed, "another graph for each");
  all.whole("--roots", values.roots, "how many searches, each from another vertex that has edges", 1,
            std::size_t{1} << 20);
  all.decimal("--alpha", values.turns.alpha, "look up when the frontier has more than 1/alpha of what is left");
  all.decimal("--beta", values.turns.beta, "go down again when it has less than 1/beta of all vertices");
  all.on_off("verify", values.verify, "check every search by the rules of Graph500");

  result.exit_code = all.parse(argc, argv, speak);
  return result;
}

}  // namespace bfs
