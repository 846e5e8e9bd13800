#include "stencil.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace heat {

double start_value(const problem& of, std::size_t row, std::size_t column) {
  const std::size_t last = of.side - 1;
  if (row == 0 || column == 0 || row == last || column == last) return 0;  // sin(pi) is not 0 in floating point
  const double angle = std::numbers::pi / static_cast<double>(last);
  return std::sin(angle * static_cast<double>(row)) * std::sin(angle * static_cast<double>(column));
}

double amplification(const problem& of) {
  const double sine = std::sin(std::numbers::pi / 2 / static_cast<double>(of.side - 1));
  return 1 - 8 * of.ratio * sine * sine;
}

double greatest_difference(const problem& of, std::size_t row, std::span<const double> points, double factor) {
  double greatest = 0;
  for (std::size_t column = 0; column < of.side; ++column) {
    const double difference = std::abs(points[column] - factor * start_value(of, row, column));
    if (std::isnan(difference)) return std::numeric_limits<double>::infinity();  // std::max would not notice
    greatest = std::max(greatest, difference);
  }
  return greatest;
}

void step_row(const problem& of, std::span<const double> above, std::span<const double> here,
              std::span<const double> below, std::span<double> next) {
  const std::size_t last = of.side - 1;
  const double ratio = of.ratio;
  next[0] = 0;
  for (std::size_t i = 1; i < last; ++i) {
    next[i] = here[i] + ratio * (above[i] + below[i] + here[i - 1] + here[i + 1] - 4 * here[i]);
  }
  next[last] = 0;
}

}  // namespace heat
