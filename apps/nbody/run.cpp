#include "run.hpp"

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

namespace nbody {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  apps::options all("A star cluster by the method of Barnes and Hut, on all ranks of a job.");
  all.whole("--bodies", values.what.bodies, "how many stars", 1, std::numeric_limits<std::uint32_t>::max());
  all.whole("--steps", values.steps, "steps in time", 1, std::size_t{1} << 40);
  all.decimal("--time-step", values.what.time_step, "length of a step; the time to cross the cluster is 2.8", 1e-9,
              0.1);
  all.decimal("--theta", values.what.theta, "a cell counts as one body where it looks smaller than this", 1e-3, 1);
  all.decimal("--softening", values.what.softening, "radius within which forces are softened", 1e-6, 1);
  all.text("--picture", values.picture_file, "file for a picture of the bodies at the end, in SVG");
  all.on_off("verify", values.verify, "compare with direct summation and with what is conserved");

  result.exit_code = all.parse(argc, argv, speak);
  return result;
}

void write_picture(const std::string& file, std::span<const point> bodies) {
  constexpr double half = 3;  // of the side, in units of length
  fmt::memory_buffer text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out,
                 "<svg xmlns='http://www.w3.org/2000/svg' viewBox='{0} {0} {1} {1}' width='800' height='800'>\n"
                 "<rect x='{0}' y='{0}' width='{1}' height='{1}' fill='black'/>\n"
                 "<path stroke='white' stroke-opacity='0.6' stroke-width='0.012' stroke-linecap='round' d='\n",
                 -half, 2 * half);
  for (const point& each : bodies) fmt::format_to(out, "M{:.3f} {:.3f}h0\n", each.position.x, each.position.y);
  fmt::format_to(out, "'/>\n</svg>\n");

  std::ofstream to(file);
  to.write(text.data(), static_cast<std::streamsize>(text.size()));
  to.close();
  if (!to) {
    throw std::runtime_error(fmt::format("{}: cannot be written: {}", file, std::generic_category().message(errno)));
  }
}

}  // namespace nbody
