#pragma once

#include <cstddef>

#include "../command_line.hpp"
#include "reads.hpp"

namespace kmers {

struct settings {
  problem what;
  std::size_t wanted_slots = 0;  ///< 0: as many as fit
  bool verify = true;

  /// Slots of the table, of which at most two thirds are to be taken.
  [[nodiscard]] std::size_t slots() const {
    return wanted_slots != 0 ? wanted_slots : what.expected_different() * 3 / 2 + 1;
  }
};

using command_line = apps::command_line<settings>;

/// See apps::options::parse.
[[nodiscard]] command_line parse_command_line(int argc, char** argv, bool speak);

}  // namespace kmers
