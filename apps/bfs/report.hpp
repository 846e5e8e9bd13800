// What is printed about all searches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../times.hpp"
#include "validate.hpp"

namespace bfs {

/// One search.
struct outcome {
  apps::seconds time{};
  std::uint64_t edges = 0;  // as they were generated, in the component of the root, each of as many as are the same
};

/// Traversed edges per second: least, quartiles, greatest, harmonic mean, as Graph500 wants them; and the line with the
/// times. There is at least one search.
void print_statistics(const std::vector<outcome>& of);

/// Prints what all searches together violate, and returns whether that is nothing.
[[nodiscard]] bool print_violations(const violations& found, std::size_t searches);

}  // namespace bfs
