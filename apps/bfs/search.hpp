// The course of a search, whatever the ranks exchange by.
#pragma once

#include <cstdint>
#include <vector>

#include "bitmap.hpp"
#include "frontier.hpp"

namespace bfs {

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
