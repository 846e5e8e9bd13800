#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "serial_pagerank.hpp"

namespace pagerank {

/// What the command line says. At most one of the three files is named; without any, the packages come from `apt-cache
/// dumpavail`.
struct settings {
  std::string packages_file;
  std::string edges_file;
  std::string matrix_market_file;
  parameters computation;
  std::size_t block_bytes = 4096;
  int top = 20;
  bool verify = true;
};

struct command_line {
  settings values;

  /// Set when the program has nothing more to do, after --help or an error: what it is to return.
  std::optional<int> exit_code;
};

/// All ranks read the same command line; only the one that passes `speak` prints what there is to say about it.
[[nodiscard]] command_line parse_command_line(int argc, char** argv, bool speak);

}  // namespace pagerank
