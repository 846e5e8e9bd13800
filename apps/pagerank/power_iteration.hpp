// PageRank over a graph in global arrays.
#pragma once

#include <cstddef>
#include <vector>

#include <liana/liana.hpp>

#include "rows.hpp"
#include "serial_pagerank.hpp"
#include "shared_graph.hpp"

namespace pagerank {

/// The iteration that all ranks of the job do together; each computes the nodes that live in its part of the arrays.
///
/// A node gives each of its edges an equal share of its PageRank. The shares are in two global arrays, which change
/// roles after each iteration: everybody reads those of one, wherever they are, while everybody writes its own into the
/// other. So nothing is read that is being written, and one barrier per iteration is enough.
class power_iteration {
 public:
  /// Collective. Starts with equal PageRanks. The graph must outlive this object.
  power_iteration(const shared_graph& graph, const parameters& with, std::size_t block_bytes);

  /// Collective. One iteration; returns its residual, the sum over all nodes of how much their PageRanks changed.
  double step();

  /// Collective. The PageRanks of all nodes on rank 0; nothing on the others.
  [[nodiscard]] std::vector<double> values() const;

  /// Collective. Frees the arrays.
  void destroy();

 private:
  void receive_shares();
  template <class Fill>
  void publish(Fill fill);

  const shared_graph& graph_;
  parameters with_;

  liana::array<double> values_;  // written at the end
  liana::array<double> shares_;
  liana::array<double> next_shares_;

  rows own_;                         // this rank's nodes
  std::vector<double> shares_here_;  // of all nodes, as read in this iteration
  totals sum_;                       // over all nodes, since the last publish()
};

}  // namespace pagerank
