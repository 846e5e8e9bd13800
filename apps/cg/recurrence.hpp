// The method of conjugate gradients (Hestenes and Stiefel 1952), as far as it is a rank's own elements and numbers.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "split_rows.hpp"

namespace cg {

/// What the vectors' squares are, of a rank or of all.
struct squares {
  double residual = 0;        // r . r
  double preconditioned = 0;  // r . z

  friend squares operator+(const squares& a, const squares& b) {
    return {.residual = a.residual + b.residual, .preconditioned = a.preconditioned + b.preconditioned};
  }
};

/// What one iteration did.
struct iteration {
  double curvature = 0;  // p . A p, above 0 for a positive definite matrix
  double residual = 0;   // r . r
};

[[nodiscard]] double dot(std::span<const double> a, std::span<const double> b);

/// p = z + beta p, for own elements and for copies of others' alike.
void turn(std::span<const double> z, double beta, std::span<double> p);

/// The elements of a rank in all vectors but the one that others read: z, what the preconditioner makes of the
/// residual. Without preconditioner z is the residual, so the caller keeps the elements of z, wherever others find
/// them.
class own_vectors {
 public:
  /// The start, for x = 0 and the right-hand side A * ones. Sets z.
  own_vectors(const split_rows& rows, bool jacobi, std::span<double> z);

  /// The squares of the start, of this rank.
  [[nodiscard]] squares start(std::span<const double> z) const;

  /// x += alpha p, r -= alpha q, and z of the new r. Returns the new squares of this rank.
  squares advance(double alpha, std::span<double> z);

  std::vector<double> solution;   // x
  std::vector<double> direction;  // p
  std::vector<double> product;    // q = A p

 private:
  std::vector<double> residual_;          // empty without preconditioner
  std::vector<double> inverse_diagonal_;  // empty without preconditioner
};

/// The two numbers that all ranks agree on.
class coefficients {
 public:
  explicit coefficients(const squares& start) : squares_(start) {}

  /// How much of the last direction stays in the next one.
  [[nodiscard]] double beta() const { return beta_; }

  /// How far to go in a direction of this curvature.
  [[nodiscard]] double alpha(double curvature) const { return squares_.preconditioned / curvature; }

  void next(const squares& now) {
    beta_ = now.preconditioned / squares_.preconditioned;
    squares_ = now;
  }

  [[nodiscard]] const squares& now() const { return squares_; }

 private:
  squares squares_;
  double beta_ = 0;
};

}  // namespace cg
