#include "command_line.hpp"

#include <iostream>
#include <limits>

#include <fmt/format.h>

#include "../checked_numbers.hpp"

namespace kmeans {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  CLI::App app("k-means: points in eight dimensions in clusters, on all ranks of a job.");
  app.option_defaults()->always_capture_default();
  // More would not add up exactly.
  app.add_option("--points", values.what.points, "how many")
      ->check(checked_numbers::whole)
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 30));
  app.add_option("--clusters", values.what.clusters, "how many, no more than there are points")
      ->check(checked_numbers::whole)
      ->check(CLI::Range(std::size_t{1}, std::size_t{65536}));
  app.add_option("--seed", values.what.seed, "what the points are made from")
      ->check(checked_numbers::whole)
      ->check(CLI::Range(std::uint64_t{0}, std::numeric_limits<std::uint64_t>::max() >> 1U));
  app.add_option("--iterations", values.iterations, "stop after so many iterations")
      ->check(checked_numbers::whole)
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 40));
  apps::add_switch(app, "verify", values.verify, "compare with a serial run");

  result.exit_code = apps::parse(app, argc, argv, speak);
  if (!result.exit_code && values.what.clusters > values.what.points) {
    if (speak) {
      std::cerr << fmt::format("--clusters {}: expected no more than the {} points\n", values.what.clusters,
                               values.what.points);
    }
    result.exit_code = EXIT_FAILURE;
  }
  return result;
}

}  // namespace kmeans
