#include "recurrence.hpp"

#include <algorithm>
#include <array>

namespace cg {

namespace {

/// Sums up f(i) for all i below n, in several sums next to each other, which is what lets them be vectorised.
template <class F>
double sum_of(std::size_t n, F f) {
  constexpr std::size_t lanes = 4;
  std::array<double, lanes> sums{};
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += f(i + lane);
  }
  for (; i < n; ++i) sums[0] += f(i);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

}  // namespace

double dot(std::span<const double> a, std::span<const double> b) {
  return sum_of(a.size(), [a = a.data(), b = b.data()](std::size_t i) { return a[i] * b[i]; });
}

void turn(std::span<const double> z, double beta, std::span<double> p) {
  for (std::size_t i = 0; i < p.size(); ++i) p[i] = z[i] + beta * p[i];
}

own_vectors::own_vectors(const split_rows& rows, bool jacobi, std::span<double> z)
    : solution(rows.size(), 0.0), direction(rows.size(), 0.0), product(rows.size()) {
  const std::vector<double> right_hand_side = rows.sums();
  if (jacobi) {
    inverse_diagonal_ = rows.inverse_diagonal();
    residual_ = right_hand_side;
    for (std::size_t i = 0; i < z.size(); ++i) z[i] = inverse_diagonal_[i] * residual_[i];
  } else {
    std::copy(right_hand_side.begin(), right_hand_side.end(), z.begin());
  }
}

squares own_vectors::start(std::span<const double> z) const {
  if (residual_.empty()) {
    const double square = dot(z, z);
    return {.residual = square, .preconditioned = square};
  }
  return {.residual = dot(residual_, residual_), .preconditioned = dot(residual_, z)};
}

squares own_vectors::advance(double alpha, std::span<double> z) {
  double* const x = solution.data();
  const double* const p = direction.data();
  const double* const q = product.data();
  double* const to = z.data();
  if (residual_.empty()) {
    const double square = sum_of(z.size(), [=](std::size_t i) {
      x[i] += alpha * p[i];
      to[i] -= alpha * q[i];
      return to[i] * to[i];
    });
    return {.residual = square, .preconditioned = square};
  }
  double* const r = residual_.data();
  const double* const inverse = inverse_diagonal_.data();
  const double square = sum_of(z.size(), [=](std::size_t i) {
    x[i] += alpha * p[i];
    r[i] -= alpha * q[i];
    to[i] = inverse[i] * r[i];
    return r[i] * r[i];
  });
  return {.residual = square, .preconditioned = dot(residual_, z)};
}

}  // namespace cg
