// Both matrices in global arrays.
#pragma once

#include <cstddef>
#include <span>

#include <liana/liana.hpp>

#include "tiles.hpp"

namespace transpose {

/// Two matrices whose tiles are the blocks of global arrays, dealt out over the ranks. A rank adds to the tiles of b
/// that live in its memory, and reads of a whichever tiles these need.
class matrices {
 public:
  /// Collective. a has the start values, b is 0.
  explicit matrices(const problem& of);

  /// Collective. One iteration.
  void step();

  /// Collective. The greatest difference of any element of b from the closed form after so many iterations, the same on
  /// all ranks; infinite where an element is no number.
  [[nodiscard]] double error(std::size_t iterations) const;

  /// Collective. Frees the arrays.
  void destroy();

 private:
  /// Where the tile of a begins whose transpose tile `number` of b gets.
  [[nodiscard]] std::size_t counterpart(std::size_t number) const;

  problem of_;
  liana::array<double> a_;
  liana::array<double> b_;

  // This rank's tiles, of a and of b: from the first to before the end.
  std::size_t first_ = 0;
  std::size_t end_ = 0;
};

}  // namespace transpose
