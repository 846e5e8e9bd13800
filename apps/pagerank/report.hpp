// What rank 0 prints.
#pragma once

#include <cstddef>
#include <vector>

#include "../times.hpp"
#include "graph.hpp"

namespace pagerank {

/// The result of the computation and how it went.
struct outcome {
  std::vector<double> values;        // PageRank of each node
  std::vector<double> residuals;     // one each iteration
  std::vector<apps::seconds> times;  // one each iteration
};

/// A line about the last iteration, now and then.
void print_progress(const outcome& so_far);

void print_highest(const graph& of, const std::vector<double>& values, std::size_t count);
void print_residuals(const outcome& result);

/// Compares with the values of a serial computation. Prints the greatest difference and returns whether it is within
/// bounds.
[[nodiscard]] bool print_comparison(const std::vector<double>& shared, const std::vector<double>& serial);

}  // namespace pagerank
