#pragma once

#include <cstddef>
#include <string>

#include "../command_line.hpp"
#include "serial_pagerank.hpp"

namespace pagerank {

/// What the command line says. At most one of the three files is named; without any, the packages come from `apt-cache
/// dumpavail`.
struct settings {
  std::string packages_file;
  std::string edges_file;
  std::string matrix_market_file;
  parameters computation;
  std::size_t block_bytes = 16384;
  int top = 20;
  bool verify = true;
};

using command_line = apps::command_line<settings>;

/// See apps::options::parse.
[[nodiscard]] command_line parse_command_line(int argc, char** argv, bool speak);

}  // namespace pagerank
