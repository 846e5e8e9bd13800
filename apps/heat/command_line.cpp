#include "command_line.hpp"

namespace heat {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  apps::options all("Heat on a square plate, by a five-point stencil, on all ranks of a job.");
  all.whole("--size", values.what.side, "points in each direction, with the boundary's", 3, std::size_t{1} << 27);
  all.whole("--steps", values.steps, "steps in time", 1, std::size_t{1} << 40);
  all.decimal("--ratio", values.what.ratio, "length of a step in units of the points' distance squared", 0, 0.25);
  all.on_off("verify", values.verify, "compare with the closed form");

  result.exit_code = all.parse(argc, argv, speak);
  return result;
}

}  // namespace heat
