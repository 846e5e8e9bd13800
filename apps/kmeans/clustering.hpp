// Points and totals in global arrays.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <liana/liana.hpp>

#include "lloyd.hpp"
#include "run.hpp"

namespace kmeans {

/// The points are dealt out over the ranks; each assigns those that live in its memory. What all ranks make of theirs
/// lies side by side in a global array, a block a rank, which each reads as a whole, so all compute the same centroids.
class clustering {
 public:
  /// Collective. Makes the points.
  explicit clustering(const problem& of);

  /// Collective. One iteration.
  iteration step();

  [[nodiscard]] const centroids& means() const { return means_; }

  /// Collective. Frees the arrays.
  void destroy();

 private:
  liana::array<point> points_;
  liana::read_view<point> own_;         // nobody writes the points any more
  std::vector<std::uint32_t> nearest_;  // of own points
  centroids means_;
  std::vector<double> sum_;  // the totals of all ranks

  // Of all ranks, those of odd iterations and of even ones: while the last are being read, the next are written.
  std::array<liana::array<double>, 2> totals_;
};

}  // namespace kmeans
