#pragma once

#include <algorithm>
#include <cstddef>

#include "../command_line.hpp"
#include "problem.hpp"

namespace gups {

/// How a word is updated in shared memory. The twin in MPI has a way of its own.
enum class way {
  atomics,  ///< by an atomic xor
  put,      ///< read, changed and written back, which loses updates that others make in between
};

/// As many updates as a rank may hold back at a time by the rules of the benchmark.
inline constexpr std::size_t most_look_ahead = 1024;

struct settings {
  problem what;
  way by = way::atomics;
  std::size_t look_ahead = most_look_ahead;
  bool verify = true;

  /// The updates that one of so many ranks makes at once. Where words are put back, an update is lost when another one
  /// of its word is made meanwhile, by any rank; also by this one, in whose stream one update is twice the last and so
  /// hits the same word more often than chance has it. With so few at once, well below one word in a hundred is wrong.
  [[nodiscard]] std::size_t at_once(int ranks) const {
    if (by == way::atomics) return look_ahead;
    return std::clamp(what.words() / (16384 * static_cast<std::size_t>(ranks)), std::size_t{1}, look_ahead);
  }
};

using command_line = apps::command_line<settings>;

/// See apps::options::parse.
[[nodiscard]] command_line parse_command_line(int argc, char** argv, bool speak);

}  // namespace gups
