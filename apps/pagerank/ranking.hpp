#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "graph.hpp"

namespace pagerank {

/// A PageRank as it is printed.
[[nodiscard]] std::string printed(double value);

/// The nodes with the highest values, at most `count`, highest first. Values that print alike are ordered by name, so
/// that the order does not hang on the last bits, which the number of ranks in the job decides.
[[nodiscard]] std::vector<node> highest(const graph& of, const std::vector<double>& values, std::size_t count);

/// The greatest difference of two values at the same place; infinite where one is no number or the sizes differ.
[[nodiscard]] double greatest_difference(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace pagerank
