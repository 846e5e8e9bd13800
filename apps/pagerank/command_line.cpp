#include "command_line.hpp"

#include <iostream>
#include <limits>
#include <sstream>

#include <CLI/CLI.hpp>

#include "../checked_numbers.hpp"

namespace pagerank {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;
  constexpr int any = std::numeric_limits<int>::max();

  CLI::App app("PageRank over a graph in distributed shared memory, by default that of Debian's packages.");
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
  app.add_option("--block-bytes", values.block_bytes, "unit of coherence of the global arrays, a power of two")
      ->check(checked_numbers::whole);
  // Without a value, of which CLI11 takes any number, and throws std::out_of_range for some.
  app.add_flag("--verify,!--no-verify", values.verify, "compare with a serial computation (default: on)")
      ->disable_flag_override();

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream unheard;
    std::ostream& out = speak ? std::cout : unheard;
    std::ostream& err = speak ? std::cerr : unheard;
    result.exit_code = app.exit(error, out, err);
  }
  return result;
}

}  // namespace pagerank
