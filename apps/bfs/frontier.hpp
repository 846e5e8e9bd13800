// What one rank does in a breadth-first search, in plain memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "bitmap.hpp"
#include "partition.hpp"
#include "rows.hpp"

namespace bfs {

/// A vertex that was reached, and from where.
struct step {
  vertex to;
  vertex from;
};

/// The size of a frontier: the vertices that were reached last.
struct frontier_size {
  std::uint64_t vertices = 0;
  std::uint64_t arcs = 0;  // that leave them

  friend frontier_size operator+(const frontier_size& a, const frontier_size& b) {
    return {.vertices = a.vertices + b.vertices, .arcs = a.arcs + b.arcs};
  }
};

/// The part of a search that concerns the vertices of one rank. Level by level, either `top_down` and `receive`, or
/// `bottom_up`: after that the frontier is the next one.
class frontier {
 public:
  /// `rows` are the rank's own.
  frontier(const own_rows& rows, const partition& among, const place& at);

  /// Forgets the last search and begins one: `parents` are those of own vertices, which become `no_vertex`.
  void start(vertex root, std::span<vertex> parents);

  [[nodiscard]] frontier_size size() const { return size_; }

  /// Goes along all arcs that leave the frontier. Steps to vertices of others are put into `out`, by rank, at most one
  /// to each vertex in a search.
  void top_down(std::vector<std::vector<step>>& out);

  /// Takes the steps of another rank.
  void receive(std::span<const step> steps);

  /// The words of the frontier's bitmap that this rank's vertices have.
  [[nodiscard]] std::span<const word> own_words();

  /// Looks for each vertex that was not reached yet for a neighbour in the frontier of all ranks.
  void bottom_up(const bitmap& all);

 private:
  void reach(vertex which, vertex from);

  own_rows rows_;
  const partition& among_;
  std::size_t rank_;
  std::size_t end_vertex_;

  std::span<vertex> parents_;
  bitmap reached_;             // of all vertices: those of which this rank knows, or has told others
  std::vector<vertex> queue_;  // the frontier
  std::vector<vertex> last_;   // the one before
  bitmap own_;                 // the frontier as bits, when asked for
  frontier_size size_;
};

}  // namespace bfs
