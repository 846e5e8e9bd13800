#include "command_line.hpp"

#include <iostream>
#include <sstream>

#include <CLI/CLI.hpp>

#include "../checked_numbers.hpp"

namespace heat {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  CLI::App app("Heat on a square plate, by a five-point stencil in distributed shared memory.");
  app.option_defaults()->always_capture_default();
  app.add_option("--size", values.what.side,
                 "points in each direction, with the boundary's; a row is padded to a power of two")
      ->check(checked_numbers::whole)
      ->check(CLI::Range(std::size_t{3}, std::size_t{1} << 27));
  app.add_option("--steps", values.steps, "steps in time")
      ->check(checked_numbers::whole)
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 40));
  app.add_option("--ratio", values.what.ratio, "length of a step in units of the points' distance squared")
      ->check(checked_numbers::decimal)
      ->check(CLI::Range(0.0, 0.25));
  // Without a value, of which CLI11 takes any number, and throws std::out_of_range for some.
  app.add_flag("--verify,!--no-verify", values.verify, "compare with the closed form (default: on)")
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

}  // namespace heat
