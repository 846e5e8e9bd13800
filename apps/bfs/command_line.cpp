#include "command_line.hpp"

#include "../checked_numbers.hpp"

namespace bfs {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  CLI::App app("Breadth-first searches in a Kronecker graph, as Graph500 has them, on all ranks of a job.");
  app.option_defaults()->always_capture_default();
  app.add_option("--scale", values.graph.scale, "the graph has 2^scale vertices")
      ->check(checked_numbers::whole)
      ->check(CLI::Range(1U, 30U));
  app.add_option("--edge-factor", values.graph.edge_factor, "edges to a vertex")
      ->check(checked_numbers::whole)
      ->check(CLI::Range(std::size_t{1}, std::size_t{1024}));
  app.add_option("--seed", values.graph.seed, "another graph for each")->check(checked_numbers::whole);
  app.add_option("--roots", values.roots, "how many searches, each from another vertex that has edges")
      ->check(checked_numbers::whole)
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 20));
  app.add_option("--alpha", values.turns.alpha, "look up when the frontier has more than 1/alpha of what is left")
      ->check(checked_numbers::decimal)
      ->check(CLI::NonNegativeNumber);
  app.add_option("--beta", values.turns.beta, "go down again when it has less than 1/beta of all vertices")
      ->check(checked_numbers::decimal)
      ->check(CLI::NonNegativeNumber);
  apps::add_switch(app, "verify", values.verify, "check every search by the rules of Graph500");

  result.exit_code = apps::parse(app, argc, argv, speak);
  return result;
}

}  // namespace bfs
