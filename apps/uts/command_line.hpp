#pragma once

#include <cstddef>

#include "../command_line.hpp"
#include "tree.hpp"

namespace uts {

struct settings {
  tree_parameters what;
  std::size_t repeats = 1;
  bool verify = true;
};

using command_line = apps::command_line<settings>;

/// Refuses trees that need not have an end.
[[nodiscard]] command_line parse_command_line(int argc, char** argv, bool speak);

}  // namespace uts
