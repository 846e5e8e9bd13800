#pragma once

#include <cstddef>

#include "../bfs/kronecker.hpp"
#include "../command_line.hpp"
#include "../pagerank/command_line.hpp"

namespace components {

struct settings {
  pagerank::graph_source files;

  /// Scale 0: the graph is read from a file.
  bfs::kronecker_graph generated{.scale = 0};

  std::size_t runs = 5;
  std::size_t top = 5;
  bool verify = true;
};

using command_line = apps::command_line<settings>;

/// See apps::options::parse.
[[nodiscard]] command_line parse_command_line(int argc, char** argv, bool speak);

}  // namespace components
