// The square in global arrays.
#pragma once

#include <cstddef>

#include <liana/liana.hpp>

#include "stencil.hpp"

namespace heat {

/// The temperatures now and after the next step, in two global arrays that change roles after each step.
///
/// A row of points is one block, so that the rank which holds a row holds it whole, and what a neighbour fetches of it
/// is one block. Every rank holds a run of rows and computes them; of the rows of others it reads two, the one above
/// its run and the one below.
class plate {
 public:
  /// Collective. All points have their start values.
  explicit plate(const problem& of);

  /// Collective. One step in time.
  void step();

  /// Collective. The greatest difference of any point from the closed form after so many steps, the same on all ranks;
  /// infinite where a point is no number.
  [[nodiscard]] double error(std::size_t steps) const;

  /// Collective. Frees the arrays.
  void destroy();

 private:
  void step_own_rows();

  problem of_;
  std::size_t pitch_;  // elements from one row to the next
  liana::array<double> now_;
  liana::array<double> next_;

  // This rank's rows: from the first to before the end.
  std::size_t first_row_ = 0;
  std::size_t end_row_ = 0;
};

}  // namespace heat
