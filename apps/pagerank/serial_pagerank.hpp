// The reference: PageRank in one process, and how far a result is from it.
#pragma once

#include <vector>

#include "graph.hpp"

namespace pagerank {

/// What defines the result, of this computation as of the one in shared memory.
struct parameters {
  /// How much of a PageRank follows the edges; the rest is spread evenly over all nodes.
  double damping = 0.85;

  /// The iteration ends below this residual: the sum over all nodes of how much their PageRanks changed.
  double tolerance = 1e-12;

  int max_iterations = 200;
};

struct serial_result {
  std::vector<double> values;     // PageRank of each node
  std::vector<double> residuals;  // one each iteration
};

/// PageRank by power iteration (Page, Brin, Motwani, Winograd 1999) in one process: the reference for the computation
/// in shared memory, with which it has no code in common. It pushes along outgoing edges what that one pulls along
/// incoming ones. A node without outgoing edges spreads its PageRank evenly over all nodes, so that the sum stays 1.
[[nodiscard]] serial_result serial_pagerank(const graph& of, const parameters& with);

/// The greatest difference of two values at the same place; infinite where one is no number or the sizes differ.
[[nodiscard]] double greatest_difference(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace pagerank
