// The arithmetic of one iteration on the nodes of one rank, in plain memory, however the shares get there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "graph.hpp"
#include "serial_pagerank.hpp"

namespace pagerank {

/// Sums over nodes, of one rank or all.
struct totals {
  double change = 0;    // of the PageRanks in the last iteration, absolute
  double dangling = 0;  // PageRank of the nodes that no edge leaves

  friend totals operator+(const totals& a, const totals& b) {
    return {.change = a.change + b.change, .dangling = a.dangling + b.dangling};
  }
};

/// The nodes of one rank, and the rows of the edges that lead to them.
class rows {
 public:
  /// Row i has the edges from number `offsets[i]` to before `offsets[i + 1]`; its node begins with the PageRank
  /// 1 / `nodes`, which it shares among `out_degrees[i]` edges.
  rows(std::vector<std::uint64_t> offsets, std::span<const std::uint32_t> out_degrees, std::size_t nodes);

  [[nodiscard]] std::size_t size() const { return values_.size(); }
  [[nodiscard]] std::size_t first_edge() const { return offsets_.front(); }
  [[nodiscard]] std::size_t edges() const { return offsets_.back() - offsets_.front(); }

  /// Each row receives the shares that its edges bring: `shares[s]` from each s of `sources`, which are those of the
  /// next edges, in order. An iteration takes them all, in as many calls as it likes.
  void receive(std::span<const node> sources, std::span<const double> shares);

  /// Ends an iteration, after all edges: makes new PageRanks of what was received, given the totals before. Sets
  /// `shares` to what each edge of a node is to bring next. Returns the totals of these nodes.
  totals update(const parameters& with, const totals& before, std::span<double> shares);

  /// The totals and shares before the first iteration.
  [[nodiscard]] totals start(std::span<double> shares) const;

  /// The PageRanks.
  [[nodiscard]] std::span<const double> values() const { return values_; }

 private:
  std::vector<std::uint64_t> offsets_;
  std::vector<double> weights_;  // share of a PageRank that each edge gets; 0 without edges
  std::vector<double> values_;
  std::vector<double> received_;
  double nodes_;  // of the graph

  // Where `receive` goes on.
  std::size_t row_ = 0;
  std::size_t edge_;
};

}  // namespace pagerank
