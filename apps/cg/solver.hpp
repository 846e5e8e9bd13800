// Vectors in global arrays, and what is computed with them.
#pragma once

#include <cstddef>
#include <vector>

#include <liana/liana.hpp>

#include "halo.hpp"
#include "recurrence.hpp"
#include "shared_matrix.hpp"
#include "split_rows.hpp"

namespace cg {

/// Conjugate gradients, by all ranks of the job; each computes the rows whose elements of the shared vector live in its
/// memory.
///
/// A product with the direction p needs elements of p that others have. What is shared is not p but z, of which each
/// new p is made: every rank makes the elements of p that it needs of others itself. So the sums that all ranks must
/// agree on anyway are the only meetings: z is written before one, read after it, and written again after the next.
class solver {
 public:
  /// Collective.
  solver(const shared_matrix& with, bool jacobi);

  /// The square of the right-hand side.
  [[nodiscard]] double right_hand_side() const { return right_hand_side_; }

  /// Collective. One iteration.
  iteration step();

  /// Collective. All of x on rank 0, nothing on the others; no iteration may follow.
  [[nodiscard]] std::vector<double> values();

  /// Collective. Frees the array.
  void destroy() { liana::destroy(z_); }

 private:
  liana::array<double> z_;
  split_rows rows_;
  halo halo_;
  own_vectors own_;
  std::vector<double> others_direction_;  // the elements of p that this rank needs of others
  coefficients coefficients_;
  double right_hand_side_;
};

/// Product after product: the vector and the one that it becomes change roles each time.
class products {
 public:
  /// Collective.
  explicit products(const shared_matrix& with);

  /// Collective. The vector becomes its product with the matrix, divided by the matrix's norm.
  void step();

  /// Collective. All of the vector on rank 0, nothing on the others.
  [[nodiscard]] std::vector<double> values() const;

  /// Collective. Frees the arrays.
  void destroy();

 private:
  liana::array<double> now_;
  liana::array<double> next_;
  split_rows rows_;
  halo halo_;
};

}  // namespace cg
