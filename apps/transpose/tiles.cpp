#include "tiles.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace transpose {

namespace {

double start_value(const problem& of, std::size_t row, std::size_t column) {
  return static_cast<double>(row * of.order + column);
}

/// How many rows or columns of a tile are part of the matrix.
std::size_t inside(const problem& of, std::size_t tile) { return std::min(tile_side, of.order - tile * tile_side); }

}  // namespace

void fill(const problem& of, std::size_t tile_row, std::size_t tile_column, std::span<double> tile) {
  std::fill(tile.begin(), tile.end(), 0.0);
  for (std::size_t i = 0; i < inside(of, tile_row); ++i) {
    for (std::size_t j = 0; j < inside(of, tile_column); ++j) {
      tile[i * tile_side + j] = start_value(of, tile_row * tile_side + i, tile_column * tile_side + j);
    }
  }
}

void add_transpose(std::span<const double> from, std::span<double> to) {
  const double* const source = from.data();
  double* const target = to.data();
  for (std::size_t i = 0; i < tile_side; ++i) {
    for (std::size_t j = 0; j < tile_side; ++j) target[i * tile_side + j] += source[j * tile_side + i];
  }
}

void add_one(std::span<double> to) {
  for (double& each : to) each += 1;
}

double greatest_difference(const problem& of, std::size_t tile_row, std::size_t tile_column, std::size_t iterations,
                           std::span<const double> tile) {
  // Each iteration has added an element of a, which was one more each time.
  const auto count = static_cast<double>(iterations);
  double greatest = 0;
  for (std::size_t i = 0; i < inside(of, tile_row); ++i) {
    for (std::size_t j = 0; j < inside(of, tile_column); ++j) {
      const double start = start_value(of, tile_column * tile_side + j, tile_row * tile_side + i);
      const double difference = std::abs(tile[i * tile_side + j] - count * (start + (count - 1) / 2));
      if (std::isnan(difference)) return std::numeric_limits<double>::infinity();  // std::max would not notice
      greatest = std::max(greatest, difference);
    }
  }
  return greatest;
}

}  // namespace transpose
