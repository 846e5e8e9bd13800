#include "command_line.hpp"

#include "../checked_numbers.hpp"

namespace heat {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  CLI::App app("Heat on a square plate, by a five-point stencil, on all ranks of a job.");
  app.option_defaults()->always_capture_default();
  app.add_option("--size", values.what.side, "points in each direction, with the boundary's")
      ->check(checked_numbers::whole)
      ->check(CLI::Range(std::size_t{3}, std::size_t{1} << 27));
  app.add_option("--steps", values.steps, "steps in time")
      ->check(checked_numbers::whole)
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 40));
  app.add_option("--ratio", values.what.ratio, "length of a step in units of the points' distance squared")
      ->check(checked_numbers::decimal)
      ->check(CLI::Range(0.0, 0.25));
  apps::add_switch(app, "verify", values.verify, "compare with the closed form");

  result.exit_code = apps::parse(app, argc, argv, speak);
  return result;
}

}  // namespace heat
