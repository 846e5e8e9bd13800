#pragma once

#include <cstddef>
#include <string>

#include "../command_line.hpp"
#include "simulation.hpp"

namespace nbody {

struct settings {
  problem what;
  std::size_t steps = 20;
  std::string picture_file;
  bool verify = true;
};

using command_line = apps::command_line<settings>;

/// See apps::options::parse.
[[nodiscard]] command_line parse_command_line(int argc, char** argv, bool speak);

}  // namespace nbody
