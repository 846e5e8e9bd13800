// A breadth-first search: what one rank does in it, in plain memory, and its course, whatever the ranks exchange by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../common/ranks.hpp"
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
  frontier(const own_rows& rows, const partition& among, const apps::place& at);

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

/// Where to turn from going down to looking up and back (Beamer, Asanovic, Patterson, "Direction-optimizing
/// breadth-first search", 2012).
struct directions {
  double alpha = 15;
  double beta = 18;
};

/// Collective. Searches from `root`; afterwards the own `parents` are those of own vertices. What the ranks exchange
/// goes through an `Exchange`, whose members are all collective:
///   `sum(size)`       of all ranks
///   `all(words, to)`  everybody's words of a bitmap of all vertices
///   `steps(out, f)`   out[r] goes to rank r; calls f(span) for the steps from each other rank
/// `out` and `all` are kept for their memory.
template <class Exchange>
void search(Exchange& through, frontier& mine, std::vector<std::vector<step>>& out, bitmap& all, std::uint64_t arcs,
            const directions& with) {
  frontier_size now = through.sum(mine.size());
  std::uint64_t unexplored = arcs;
  std::uint64_t before = 0;
  bool up = false;
  while (now.vertices != 0) {
    unexplored -= now.arcs;
    const bool grows = now.vertices > before;
    if (!up) {
      up = grows && static_cast<double>(now.arcs) * with.alpha > static_cast<double>(unexplored);
    } else {
      up = grows || static_cast<double>(now.vertices) * with.beta > static_cast<double>(all.words().size() * word_bits);
    }
    before = now.vertices;
    if (up) {
      through.all(mine.own_words(), all);
      mine.bottom_up(all);
    } else {
      mine.top_down(out);
      through.steps(out, [&](std::span<const step> steps) { mine.receive(steps); });
    }
    now = through.sum(mine.size());
  }
}

}  // namespace bfs
