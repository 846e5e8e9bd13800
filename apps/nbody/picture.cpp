#include "picture.hpp"

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

namespace nbody {

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
