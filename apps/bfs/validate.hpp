// Whether a search tree is right, from nothing but the parents and the edges as they were generated: the rules of the
// Graph500 benchmark specification 2.0, section "Validation".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kronecker.hpp"
#include "rows.hpp"

namespace bfs {

/// Violations found.
struct violations {
  std::uint64_t no_tree = 0;     // rule 1: vertices in cycles, or with ancestors that have no parent
  std::uint64_t tree_level = 0;  // rule 2: tree edges whose ends do not differ by one level
  std::uint64_t edge_level = 0;  // rule 3: edges whose ends differ by more than one level
  std::uint64_t component = 0;   // rule 4: edges of which one end is in the tree
  std::uint64_t no_edge = 0;     // rule 5: vertices without an edge to their parent

  [[nodiscard]] std::uint64_t sum() const { return no_tree + tree_level + edge_level + component + no_edge; }

  friend violations operator+(const violations& a, const violations& b) {
    return {.no_tree = a.no_tree + b.no_tree,
            .tree_level = a.tree_level + b.tree_level,
            .edge_level = a.edge_level + b.edge_level,
            .component = a.component + b.component,
            .no_edge = a.no_edge + b.no_edge};
  }
};

/// The tree that the parents of all vertices claim to be.
class claimed_tree {
 public:
  claimed_tree(std::span<const vertex> parents, vertex root);

  /// Rules 1 and 2 for the vertices from `first` to before `end`; 3 and 4 for these edges.
  [[nodiscard]] violations check(std::size_t first, std::size_t end, std::span<const edge> edges) const;

  /// Adds the vertices to which one of the edges leads from their parents.
  void mark_tree_edges(std::span<const edge> edges, bitmap& marked) const;

  /// Rule 5 for the vertices from `first` to before `end`, given what was marked for all edges.
  [[nodiscard]] violations check_marked(std::size_t first, std::size_t end, const bitmap& marked) const;

 private:
  static constexpr std::uint32_t no_level = ~std::uint32_t{0};  // not in the tree
  static constexpr std::uint32_t broken = no_level - 1;         // says to be, but the way to the root is none

  void find_level(vertex of, std::vector<vertex>& way);

  [[nodiscard]] bool in_tree(vertex which) const { return levels_[which] != no_level; }

  std::span<const vertex> parents_;
  vertex root_;
  std::vector<std::uint32_t> levels_;
};

}  // namespace bfs
