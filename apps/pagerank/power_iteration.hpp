// PageRank over a graph in global arrays.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <liana/liana.hpp>

#include "rows.hpp"
#include "serial_pagerank.hpp"
#include "shared_graph.hpp"

namespace pagerank {

/// The iteration that all ranks of the job do together; each computes the nodes that live in its part of the arrays.
///
/// A node gives each of its edges an equal share of its PageRank. The shares are in a global array: in turn everybody
/// puts its own there, and gets those of the others.
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
  std::span<double> own_shares();
  void get_shares_of_others();
  void receive_shares();
  void publish(const totals& mine);

  const shared_graph& graph_;
  parameters with_;

  liana::array<double> values_;  // written at the end
  liana::array<double> shares_;

  rows own_;                         // this rank's nodes
  std::vector<double> shares_here_;  // of all nodes, of this iteration
  totals sum_;                       // over all nodes, since the last publish()
};

}  // namespace pagerank
