// What one rank does in a round of FastSV, in plain memory.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "../bfs/rows.hpp"

namespace components {

using bfs::vertex;

/// A vertex that is to have this label, or a smaller one.
struct proposal {
  vertex which;
  vertex label;
};

/// The rounds of FastSV (Zhang, Azad, Buluc, "Parallel algorithms for finding connected components using linear
/// algebra", 2020), in which labels fall until all vertices of a component have the number of its first one. Every
/// label is the number of a vertex in the same component, its parent; so the labels are trees. In a round, each vertex
/// looks for the least grandparent of its neighbours, and
///   proposes it to its parent (stochastic hooking),
///   takes it itself (aggressive hooking), or its own grandparent if that is less (shortcutting).
/// All that a rank does to labels is to make them less, so it does not matter in which order ranks do it.
class hooking {
 public:
  hooking(const bfs::own_rows& rows, const bfs::partition& among, int ranks);

  /// Looks at the labels of all vertices, and decides on those of own vertices and on proposals for others.
  void look(std::span<const vertex> labels);

  /// What the own vertices are to have.
  [[nodiscard]] std::span<const vertex> own() const {
    return std::span(lowered_).subspan(rows_.first_vertex, rows_.of.size());
  }

  /// By rank, in ascending order of their vertices.
  [[nodiscard]] const std::vector<std::vector<proposal>>& for_others() const { return for_others_; }

 private:
  void lower(vertex which, vertex label);

  const bfs::own_rows& rows_;
  const bfs::partition& among_;
  std::vector<vertex> lowered_;       // of all vertices: what this rank wants them to have
  std::vector<vertex> grandparents_;  // of all vertices
  std::vector<std::vector<proposal>> for_others_;
};

}  // namespace components
