// The graphs of the Graph500 benchmark.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bfs {

/// A vertex's number, from 0.
using vertex = std::uint32_t;

inline constexpr vertex no_vertex = ~vertex{0};

/// Without direction; both ends may be the same vertex.
struct edge {
  vertex a;
  vertex b;

  friend bool operator==(const edge&, const edge&) = default;
};

/// A Kronecker graph as specified by Graph500: 2^scale vertices and `edge_factor` times as many edges, repetitions and
/// loops among them. At each of `scale` levels an edge falls into one of the four quarters of the adjacency matrix by
/// the initiator's probabilities A = 0.57, B = C = 0.19, D = 0.05; then the vertices are renamed, so that numbers say
/// nothing about degrees. Each edge depends on the seed and its number alone.
struct kronecker_graph {
  unsigned scale = 16;
  std::size_t edge_factor = 16;
  std::uint64_t seed = 2;

  [[nodiscard]] std::size_t vertices() const { return std::size_t{1} << scale; }
  [[nodiscard]] std::size_t edges() const { return edge_factor << scale; }

  /// The edges with numbers from `first` to before `end`.
  [[nodiscard]] std::vector<edge> edges(std::size_t first, std::size_t end) const;

  /// Vertex number `i` in a random order of all vertices, another one for each `seed`.
  [[nodiscard]] vertex renamed(std::size_t i, std::uint64_t by) const;
};

}  // namespace bfs
