// What is to be clustered.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace kmeans {

/// Coordinates of a point.
inline constexpr std::size_t dimensions = 8;

using point = std::array<double, dimensions>;

/// Points in as many blobs as there are to be clusters.
struct problem {
  std::size_t points = 100000;
  std::size_t clusters = 16;
  std::uint64_t seed = 1;
};

/// One of the points, by its number alone, so that all ranks together make the same ones however many they are. All
/// coordinates are multiples of 2^-16 and below 2^7, so that up to 2^30 of them add up without rounding, in any order.
[[nodiscard]] point make_point(const problem& of, std::size_t number);

/// The number of the point at which a cluster starts.
[[nodiscard]] std::size_t start_of(const problem& of, std::size_t cluster);

}  // namespace kmeans
