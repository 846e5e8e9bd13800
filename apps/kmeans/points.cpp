#include "points.hpp"

#include <cmath>

namespace kmeans {

namespace {

/// SplitMix64 (Steele, Lea and Flood 2014): any number's own random one.
std::uint64_t mixed(std::uint64_t number) {
  number += 0x9E3779B97F4A7C15;
  number = (number ^ (number >> 30U)) * 0xBF58476D1CE4E5B9;
  number = (number ^ (number >> 27U)) * 0x94D049BB133111EB;
  return number ^ (number >> 31U);
}

/// From 0 to before 1.
double fraction(std::uint64_t random) { return static_cast<double>(random >> 11U) * 0x1p-53; }

}  // namespace

point make_point(const problem& of, std::size_t number) {
  const std::uint64_t own = mixed(mixed(of.seed) + 2 * number);
  const std::uint64_t blob = mixed(mixed(of.seed) + 2 * (own % of.clusters) + 1);
  point result{};
  for (std::size_t i = 0; i < dimensions; ++i) {
    // About the blob's middle, somewhat like a bell: the sum of four numbers.
    double offset = -2;
    for (std::uint64_t k = 0; k < 4; ++k) offset += fraction(mixed(own + 4 * i + k + 1));
    const double middle = 64 * fraction(mixed(blob + i));
    result[i] = std::nearbyint((middle + 8 * offset) * 0x1p16) * 0x1p-16;
  }
  return result;
}

std::size_t start_of(const problem& of, std::size_t cluster) {
  // As far apart as can be, and no product that overflows.
  return cluster * (of.points / of.clusters);
}

}  // namespace kmeans
