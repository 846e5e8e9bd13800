// Graph, parents, and what the ranks exchange, in global arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <liana/liana.hpp>

#include "bitmap.hpp"
#include "frontier.hpp"
#include "partition.hpp"
#include "rows.hpp"
#include "shared_graph.hpp"
#include "validate.hpp"

namespace bfs {

/// What the ranks have in common, as `program` and `search` want it. A vertex's parent and bits of bitmaps are at home
/// with the rank whose vertex it is, like its row; anybody can read them.
class shared_space {
 public:
  /// Collective.
  explicit shared_space(const partition& among);

  // ---- the graph ----

  void build(const dealt_arcs& mine, std::size_t edges_before, std::size_t edges) {
    graph_.build(mine, edges_before, edges);
  }
  [[nodiscard]] const own_rows& rows() const { return graph_.rows(); }
  [[nodiscard]] std::vector<row> find_rows(std::span<const std::size_t> which) const { return graph_.find_rows(which); }

  // ---- a search ----

  template <class F>
  void with_parents(F f) const {
    const auto parents = parents_.write_local();  // in place; whoever wants to read them waits
    f(std::span<vertex>(parents).first(among_.size(rank_)));
  }
  [[nodiscard]] frontier_size sum(const frontier_size& mine);
  void all(std::span<const word> own, bitmap& to) const;

  template <class F>
  void steps(const std::vector<std::vector<step>>& out, F f) {
    put_steps(out);
    liana::barrier();
    for (std::size_t from = 0; from < ranks_; ++from) {
      if (from == rank_) continue;
      const std::uint64_t count = step_counts_[from * ranks_ + rank_];
      received_.resize(count);
      steps_.get((from * ranks_ + rank_) * among_.each(), received_);
      f(std::span<const step>(received_));
    }
  }

  // ---- what checks it ----

  [[nodiscard]] std::vector<vertex> all_parents() const;
  void unite(bitmap& marked) const;
  [[nodiscard]] static violations sum(const violations& mine);

  /// Collective. Frees everything.
  void destroy();

 private:
  void put_steps(const std::vector<std::vector<step>>& out) const;

  const partition& among_;
  std::size_t rank_;
  std::size_t ranks_;

  shared_graph graph_;
  liana::array<vertex> parents_;  // of all vertices

  liana::array<frontier_size> sizes_;        // of each rank's frontier, in two rows that are used in turn
  liana::array<word> frontier_;              // of all vertices
  liana::array<step> steps_;                 // from each rank to each
  liana::array<std::uint64_t> step_counts_;  // the same
  liana::array<word> marked_;                // a bitmap of all vertices for each rank

  std::size_t sizes_row_ = 0;  // which of them is next
  std::vector<step> received_;
};

}  // namespace bfs
