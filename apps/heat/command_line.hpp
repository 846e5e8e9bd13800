#pragma once

#include <cstddef>
#include <optional>

#include "stencil.hpp"

namespace heat {

struct settings {
  problem what;
  std::size_t steps = 500;
  bool verify = true;
};

struct command_line {
  settings values;

  /// Set when the program has nothing more to do, after --help or an error: what it is to return.
  std::optional<int> exit_code;
};

/// All ranks read the same command line; only the one that passes `speak` prints what there is to say about it.
[[nodiscard]] command_line parse_command_line(int argc, char** argv, bool speak);

}  // namespace heat
