#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "../command_line.hpp"
#include "serial_pagerank.hpp"

namespace pagerank {

/// Where a graph is read from. At most one of the three files is named; without any, the packages come from `apt-cache
/// dumpavail`.
struct graph_source {
  std::string packages_file;
  std::string edges_file;
  std::string matrix_market_file;
};

/// What the command line says.
struct settings : graph_source {
  parameters computation;
  std::size_t block_bytes = 16384;
  int top = 20;
  bool verify = true;
};

using command_line = apps::command_line<settings>;

/// The options that name the files. Returns all three, for others to exclude them.
std::array<apps::options::option, 3> add_graph_options(apps::options& to, graph_source& source);

/// See apps::options::parse.
[[nodiscard]] command_line parse_command_line(int argc, char** argv, bool speak);

}  // namespace pagerank
