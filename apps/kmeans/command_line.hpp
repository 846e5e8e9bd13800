#pragma once

#include <cstddef>

#include "../command_line.hpp"
#include "points.hpp"

namespace kmeans {

struct settings {
  problem what;
  std::size_t iterations = 100;
  bool verify = true;
};

using command_line = apps::command_line<settings>;

/// See apps::options::parse.
[[nodiscard]] command_line parse_command_line(int argc, char** argv, bool speak);

}  // namespace kmeans
