// PageRank over a graph in global arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <liana/liana.hpp>

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

  /// The PageRanks of all nodes. Any rank may ask, between two steps.
  [[nodiscard]] std::vector<double> values() const;

  /// Collective. Frees the arrays.
  void destroy();

 private:
  /// Sums over nodes, of one rank or all.
  struct totals {
    double change = 0;    // absolute
    double dangling = 0;  // PageRank of the nodes that no edge leaves
  };

  void receive_shares();
  void publish();

  const shared_graph& graph_;
  parameters with_;

  liana::array<double> values_;
  liana::array<double> shares_;
  liana::array<double> next_shares_;

  // Of this rank's nodes, in plain memory.
  std::vector<std::uint64_t> offsets_;  // one more than nodes: where their edges begin and end
  std::vector<std::uint32_t> out_degrees_;
  std::vector<double> own_;  // their PageRanks, until they are published

  totals sum_;  // over all nodes, since the last publish()
};

}  // namespace pagerank
