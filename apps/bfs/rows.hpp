// The graph as compressed sparse rows: whom each vertex is joined to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "kronecker.hpp"
#include "partition.hpp"

namespace bfs {

/// One direction of an edge.
struct arc {
  vertex from;
  vertex to;
};

/// Where a vertex's neighbours are.
struct row {
  std::uint64_t first = 0;   // in the targets
  std::uint32_t degree = 0;  // different neighbours, itself not among them
  std::uint32_t ends = 0;    // of edges as they were generated, at this vertex
};

/// Both directions of all edges, those from the vertices of each rank together. `first[r]` is where those of rank r
/// begin; the last one is their number.
struct dealt_arcs {
  std::vector<arc> arcs;
  std::vector<std::uint64_t> first;
};
[[nodiscard]] dealt_arcs deal_out(std::span<const edge> edges, const partition& among, int ranks);

/// The rows of the vertices of one rank from all arcs that leave them. The first row begins at target 0.
struct rows {
  std::vector<row> of;
  std::vector<vertex> targets;
};
[[nodiscard]] rows make_rows(std::vector<arc> arcs, std::size_t first_vertex, std::size_t vertices);

/// The rows of one rank, wherever they lie.
struct own_rows {
  std::size_t first_vertex = 0;
  std::span<const row> of;
  std::span<const vertex> targets;  // those of the first row first

  [[nodiscard]] const row& of_vertex(vertex which) const { return of[which - first_vertex]; }
  [[nodiscard]] std::span<const vertex> neighbours(vertex which) const {
    const row& its = of_vertex(which);
    return targets.subspan(its.first - of.front().first, its.degree);
  }
};

}  // namespace bfs
