#pragma once

#include <cstddef>

#include "../command_line.hpp"
#include "kronecker.hpp"
#include "search.hpp"

namespace bfs {

struct settings {
  kronecker_graph graph;
  std::size_t roots = 64;
  directions turns;
  bool verify = true;
};

using command_line = apps::command_line<settings>;

/// See apps::options::parse.
[[nodiscard]] command_line parse_command_line(int argc, char** argv, bool speak);

}  // namespace bfs
