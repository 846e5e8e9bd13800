// A graph in global arrays.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include <liana/liana.hpp>

#include "rows.hpp"

namespace bfs {

/// For each rank, in its memory, `each` elements and what is needed to fill a block.
template <class T>
liana::array<T> by_rank(std::size_t ranks, std::size_t each, std::size_t block_elements) {
  const std::size_t whole = (each + block_elements - 1) / block_elements * block_elements;
  return liana::make_array<T>(ranks * whole, {.block_bytes = block_elements * sizeof(T)});
}

/// An element for each vertex, and for those that the last parts lack, at home with the rank whose vertex it is; in
/// blocks of so many elements if a unit has as many.
template <class T>
liana::array<T> by_vertex(const partition& among, std::size_t block_elements) {
  return by_rank<T>(static_cast<std::size_t>(liana::size()), among.each(), std::min(block_elements, among.unit()));
}

/// The rows of all vertices, each at home with the rank whose vertex it is; anybody can read them.
class shared_graph {
 public:
  /// Collective.
  explicit shared_graph(const partition& among);

  /// Collective. Makes rows of the arcs that each rank has dealt out, of so many edges; `edges_before` are those of the
  /// ranks before this one.
  void build(const dealt_arcs& mine, std::size_t edges_before, std::size_t edges);

  /// Those of own vertices, in place.
  [[nodiscard]] const own_rows& rows() const { return own_; }

  /// Those of any vertices.
  [[nodiscard]] std::vector<row> find_rows(std::span<const std::size_t> which) const;

  /// Collective. Frees the arrays.
  void destroy();

 private:
  [[nodiscard]] std::vector<arc> exchange(const dealt_arcs& mine, std::size_t edges_before, std::size_t edges) const;

  const partition& among_;
  std::size_t rank_;
  std::size_t ranks_;

  liana::array<row> rows_;        // of all vertices
  liana::array<vertex> targets_;  // of all rows, a part for each rank

  // Held in place as long as the graph lives: nobody writes to it.
  liana::read_view<row> own_row_view_;
  liana::read_view<vertex> own_target_view_;
  own_rows own_;
};

}  // namespace bfs
