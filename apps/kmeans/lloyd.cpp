#include "lloyd.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

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

centroids::centroids(std::span<const point> at)
    : size_(at.size()), coordinates_(at.size() * dimensions), distances_(at.size()) {
  for (std::size_t i = 0; i < dimensions; ++i) {
    for (std::size_t cluster = 0; cluster < size_; ++cluster) coordinates_[i * size_ + cluster] = at[cluster][i];
  }
}

point centroids::operator[](std::size_t cluster) const {
  point result{};
  for (std::size_t i = 0; i < dimensions; ++i) result[i] = coordinates_[i * size_ + cluster];
  return result;
}

void centroids::assign(std::span<const point> points, std::span<std::uint32_t> nearest, std::span<double> totals) {
  const std::size_t clusters = size_;
  double* const distances = distances_.data();
  double changed = 0;
  double inertia = 0;
  for (std::size_t number = 0; number < points.size(); ++number) {
    const point& here = points[number];
    // By coordinates, not by centroids, so that several centroids are one vector instruction.
    std::fill_n(distances, clusters, 0.0);
    for (std::size_t i = 0; i < dimensions; ++i) {
      const double* const coordinates = coordinates_.data() + i * clusters;
      for (std::size_t cluster = 0; cluster < clusters; ++cluster) {
        const double difference = here[i] - coordinates[cluster];
        distances[cluster] += difference * difference;
      }
    }
    const auto best = static_cast<std::size_t>(std::min_element(distances, distances + clusters) - distances);
    changed += nearest[number] == best ? 0 : 1;
    nearest[number] = static_cast<std::uint32_t>(best);
    inertia += distances[best];
    for (std::size_t i = 0; i < dimensions; ++i) totals[layout::sums(best) + i] += here[i];
    totals[layout::count(best)] += 1;
  }
  totals[layout::changed(size_)] += changed;
  totals[layout::inertia(size_)] += inertia;
}

void centroids::update(std::span<const double> totals) {
  for (std::size_t cluster = 0; cluster < size_; ++cluster) {
    const double count = totals[layout::count(cluster)];
    if (count == 0) continue;
    for (std::size_t i = 0; i < dimensions; ++i) {
      coordinates_[i * size_ + cluster] = totals[layout::sums(cluster) + i] / count;
    }
  }
}

namespace {

double squared_distance(const point& a, const point& b) {
  double sum = 0;
  for (std::size_t i = 0; i < dimensions; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

std::size_t nearest_of(const std::vector<point>& all, const point& to) {
  std::size_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double distance = squared_distance(all[i], to);
    if (distance < least) {
      least = distance;
      best = i;
    }
  }
  return best;
}

}  // namespace

result serial_lloyd(const problem& of, std::size_t iterations) {
  std::vector<point> points;
  for (std::size_t i = 0; i < of.points; ++i) points.push_back(make_point(of, i));
  result serial;
  for (std::size_t i = 0; i < of.clusters; ++i) serial.centroids.push_back(points[start_of(of, i)]);
  std::vector<std::size_t> cluster_of(of.points, no_cluster);
  for (std::size_t i = 0; i < iterations; ++i) {
    std::vector<point> sums(of.clusters, point{});
    std::vector<std::size_t> counts(of.clusters, 0);
    serial.inertias.push_back(0);
    serial.changed_last = 0;
    for (std::size_t number = 0; number < of.points; ++number) {
      const std::size_t cluster = nearest_of(serial.centroids, points[number]);
      if (cluster != cluster_of[number]) ++serial.changed_last;
      cluster_of[number] = cluster;
      ++counts[cluster];
      serial.inertias.back() += squared_distance(points[number], serial.centroids[cluster]);
      for (std::size_t d = 0; d < dimensions; ++d) sums[cluster][d] += points[number][d];
    }
    for (std::size_t cluster = 0; cluster < of.clusters; ++cluster) {
      if (counts[cluster] == 0) continue;
      for (std::size_t d = 0; d < dimensions; ++d) {
        serial.centroids[cluster][d] = sums[cluster][d] / static_cast<double>(counts[cluster]);
      }
    }
  }
  return serial;
}

}  // namespace kmeans
