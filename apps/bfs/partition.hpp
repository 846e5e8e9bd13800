#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>

#include "bitmap.hpp"
#include "kronecker.hpp"

namespace bfs {

/// Which of how many ranks this is.
struct place {
  int rank;
  int ranks;
};

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

}  // namespace bfs
