// What is to be clustered, and Lloyd's method (1957, published 1982), as far as it is a rank's own points; plain memory
// only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

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

/// What an iteration makes of some points, as numbers to be added up over all ranks: of each cluster the sum of its
/// points' coordinates and how many these are; how many points changed their cluster; and the sum of all points'
/// squared distances from their centroids. All but the last are exact. This is where each of them is.
namespace layout {

[[nodiscard]] constexpr std::size_t sums(std::size_t cluster) { return cluster * (dimensions + 1); }
[[nodiscard]] constexpr std::size_t count(std::size_t cluster) { return sums(cluster) + dimensions; }
[[nodiscard]] constexpr std::size_t changed(std::size_t clusters) { return sums(clusters); }
[[nodiscard]] constexpr std::size_t inertia(std::size_t clusters) { return sums(clusters) + 1; }
[[nodiscard]] constexpr std::size_t size(std::size_t clusters) { return sums(clusters) + 2; }

}  // namespace layout

/// The centroids, and the arithmetic with them.
class centroids {
 public:
  /// As many as there are `at`, which are where they start.
  explicit centroids(std::span<const point> at);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] point operator[](std::size_t cluster) const;

  /// Finds the nearest centroid of each point, of several the first, and adds to `totals` what
  /// that makes. `nearest` has a number for each point, that of the iteration before.
  void assign(std::span<const point> points, std::span<std::uint32_t> nearest, std::span<double> totals);

  /// Each centroid becomes the mean of its points, and stays where there are none.
  void update(std::span<const double> totals);

 private:
  std::size_t size_;
  std::vector<double> coordinates_;  // the first of all centroids, then the second ones, and so on
  std::vector<double> distances_;    // of one point from all centroids, squared
};

/// No cluster, which all points belong to at the start.
inline constexpr std::uint32_t no_cluster = 0xFFFFFFFF;

struct result {
  std::vector<point> centroids;
  std::vector<double> inertias;  // one each iteration
  std::size_t changed_last = 0;  // how many points changed their cluster in the last iteration
};

/// So many iterations by one process over points that it makes itself: the reference, with a loop of its own.
[[nodiscard]] result serial_lloyd(const problem& of, std::size_t iterations);

}  // namespace kmeans
