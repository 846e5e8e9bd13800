// The graph in plain memory: sets of vertices, whose the vertices are, and compressed sparse rows, whom each is joined
// to.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "kronecker.hpp"

namespace bfs {

using word = std::uint64_t;
inline constexpr std::size_t word_bits = 64;

[[nodiscard]] inline std::size_t words_for(std::size_t bits) { return (bits + word_bits - 1) / word_bits; }

/// A set of numbers, a bit each.
class bitmap {
 public:
  explicit bitmap(std::size_t bits) : words_(words_for(bits)) {}

  [[nodiscard]] bool test(std::size_t i) const { return (words_[i / word_bits] >> (i % word_bits) & 1U) != 0; }
  void set(std::size_t i) { words_[i / word_bits] |= word{1} << (i % word_bits); }
  void clear() { words_.assign(words_.size(), 0); }

  [[nodiscard]] std::span<word> words() { return words_; }
  [[nodiscard]] std::span<const word> words() const { return words_; }

 private:
  std::vector<word> words_;
};

/// Calls f(i) for every bit i that is set.
template <class F>
void for_each_bit(word bits, F f) {
  for (; bits != 0; bits &= bits - 1) f(static_cast<std::size_t>(std::countr_zero(bits)));
}

/// Whose the vertices are: as many in a row for each rank as whole units allow, like the blocks of a global array. A
/// unit is some eighth of a part, and at least the bits of a word, so that nobody shares a word of a bitmap.
class partition {
 public:
  partition(std::size_t vertices, int ranks)
      : vertices_(vertices),
        unit_(std::max(std::size_t{word_bits}, std::bit_floor(vertices / static_cast<std::size_t>(ranks) / 8))) {
    const std::size_t units = (vertices + unit_ - 1) / unit_;
    const auto count = static_cast<std::size_t>(ranks);
    each_ = (units + count - 1) / count * unit_;
  }

  [[nodiscard]] std::size_t vertices() const { return vertices_; }
  [[nodiscard]] std::size_t unit() const { return unit_; }
  [[nodiscard]] std::size_t each() const { return each_; }
  [[nodiscard]] std::size_t first(std::size_t rank) const { return std::min(rank * each_, vertices_); }
  [[nodiscard]] std::size_t size(std::size_t rank) const { return first(rank + 1) - first(rank); }
  [[nodiscard]] std::size_t owner(vertex which) const { return which / each_; }

 private:
  std::size_t vertices_;
  std::size_t unit_;
  std::size_t each_;
};

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
