// The heat equation on the unit square, discretised; plain memory only.
#pragma once

#include <cstddef>
#include <span>

namespace heat {

/// u_t = u_xx + u_yy on the unit square, u = 0 on its boundary, u = sin(pi x) sin(pi y) at the start. There are `side`
/// points in each direction, the boundary's among them, at a distance of h = 1 / (side - 1), and a step in time lasts
/// `ratio` h^2.
struct problem {
  std::size_t side = 1024;

  /// The explicit scheme is stable up to 1/4.
  double ratio = 0.2;
};

/// The start value at the point (row, column). Exactly 0 on the boundary.
[[nodiscard]] double start_value(const problem& of, std::size_t row, std::size_t column);

/// By what each step multiplies the start values. They are an eigenvector of the five-point stencil, so the scheme's
/// result after s steps, but for rounding, is start_value * amplification^s: not an approximation of the scheme, but
/// its closed form.
[[nodiscard]] double amplification(const problem& of);

/// The greatest difference of a row from the closed form: `factor` times the start values. Infinite where a point is no
/// number.
[[nodiscard]] double greatest_difference(const problem& of, std::size_t row, std::span<const double> points,
                                         double factor);

/// One step for one row: four neighbours and the point itself make the new point. All rows have `side` points, of which
/// the first and the last are boundary and become 0.
void step_row(const problem& of, std::span<const double> above, std::span<const double> here,
              std::span<const double> below, std::span<double> next);

}  // namespace heat
