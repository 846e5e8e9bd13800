#include "command_line.hpp"

#include <limits>

namespace nbody {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  apps::options all("A star cluster by the method of Barnes and Hut, on all ranks of a job.");
  all.whole("--bodies", values.what.bodies, "how many stars", 1, std::numeric_limits<std::uint32_t>::max());
  all.whole("--steps", values.steps, "steps in time", 1, std::size_t{1} << 40);
  all.decimal("--time-step", values.what.time_step, "length of a step; the time to cross the cluster is 2.8", 1e-9,
              0.1);
  all.decimal("--theta", values.what.theta, "a cell does as one body where it looks smaller than this", 1e-3, 1);
  all.decimal("--softening", values.what.softening, "radius within which forces are softened", 1e-6, 1);
  all.text("--picture", values.picture_file, "SVG file that gets a picture of the bodies at the end");
  all.on_off("verify", values.verify, "compare with direct summation and with what is conserved");

  result.exit_code = all.parse(argc, argv, speak);
  return result;
}

}  // namespace nbody
