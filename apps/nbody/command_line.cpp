#include "command_line.hpp"

#include <limits>

#include "../checked_numbers.hpp"

namespace nbody {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  CLI::App app("A star cluster by the method of Barnes and Hut, on all ranks of a job.");
  app.option_defaults()->always_capture_default();
  app.add_option("--bodies", values.what.bodies, "how many stars")
      ->check(checked_numbers::whole)
      ->check(CLI::Range(std::size_t{1}, std::size_t{std::numeric_limits<std::uint32_t>::max()}));
  app.add_option("--steps", values.steps, "steps in time")
      ->check(checked_numbers::whole)
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 40));
  app.add_option("--time-step", values.what.time_step, "length of a step; the time to cross the cluster is 2.8")
      ->check(checked_numbers::decimal)
      ->check(CLI::Range(1e-9, 0.1));
  app.add_option("--theta", values.what.theta, "a cell does as one body where it looks smaller than this")
      ->check(checked_numbers::decimal)
      ->check(CLI::Range(1e-3, 1.0));
  app.add_option("--softening", values.what.softening, "radius within which forces are softened")
      ->check(checked_numbers::decimal)
      ->check(CLI::Range(1e-6, 1.0));
  app.add_option("--picture", values.picture_file, "SVG file that gets a picture of the bodies at the end");
  apps::add_switch(app, "verify", values.verify, "compare with direct summation and with what is conserved");

  result.exit_code = apps::parse(app, argc, argv, speak);
  return result;
}

}  // namespace nbody
