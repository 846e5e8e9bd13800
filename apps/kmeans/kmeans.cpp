// k-means in distributed shared memory; README.md says what is where.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <liana/liana.hpp>

#include "../common/ranks.hpp"
#include "lloyd.hpp"
#include "run.hpp"

namespace kmeans {

namespace {

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

/// Collective.
liana::array<point> make_points(const problem& of) {
  auto points =
      liana::make_array<point>(of.points, {.block_bytes = apps::block_bytes(of.points, sizeof(point), liana::size())});
  const std::size_t first = points.local_range().first;
  {
    const auto own = points.write_local();
    for (std::size_t i = 0; i < own.size(); ++i) own[i] = make_point(of, first + i);
  }
  liana::barrier();
  return points;
}

liana::read_view<point> own_points(const liana::array<point>& of) {
  const auto [first, end] = of.local_range();
  return of.read(first, end - first);
}

/// Some points at which the clusters start, wherever they are.
centroids start(const problem& of, const liana::array<point>& points) {
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < of.clusters; ++i) numbers.push_back(start_of(of, i));
  std::vector<point> at(of.clusters);
  points.gather(numbers, at);
  return centroids(at);
}

/// Collective. A block for each rank.
liana::array<double> make_totals(std::size_t size) {
  const std::size_t block = std::bit_ceil(size);
  return liana::make_array<double>(block * static_cast<std::size_t>(liana::size()),
                                   {.block_bytes = block * sizeof(double)});
}

clustering::clustering(const problem& of)
    : points_(make_points(of)),
      own_(own_points(points_)),
      nearest_(own_.size(), no_cluster),
      means_(start(of, points_)),
      sum_(layout::size(means_.size())),
      totals_{make_totals(layout::size(means_.size())), make_totals(layout::size(means_.size()))} {}

iteration clustering::step() {
  const liana::array<double>& totals = totals_.front();
  const std::span<double> mine = totals.local();
  std::fill(mine.begin(), mine.end(), 0.0);
  std::span<std::uint32_t> nearest = nearest_;
  for (const std::span<const point> points : own_.chunks()) {
    means_.assign(points, nearest.first(points.size()), mine);
    nearest = nearest.subspan(points.size());
  }
  liana::barrier();  // all have written their totals, and nobody reads those of the iteration before any more

  totals.prefetch(0, totals.size());
  std::fill(sum_.begin(), sum_.end(), 0.0);
  for (std::size_t first = 0; first < totals.size(); first += totals.block_elements()) {
    const auto view = totals.read(first, layout::size(means_.size()));
    const std::span<const double> theirs = *view.chunks().begin();  // one block, and so one chunk
    for (std::size_t i = 0; i < theirs.size(); ++i) sum_[i] += theirs[i];
  }
  means_.update(sum_);
  std::swap(totals_.front(), totals_.back());
  return {.changed = static_cast<std::size_t>(sum_[layout::changed(means_.size())]),
          .inertia = sum_[layout::inertia(means_.size())]};
}

void clustering::destroy() {
  own_.release();
  liana::destroy(points_);
  for (liana::array<double>& each : totals_) liana::destroy(each);
}

}  // namespace

}  // namespace kmeans

int main(int argc, char** argv) {
  try {
    const liana::runtime runtime(argc, argv);
    const auto [with, exit_code] = kmeans::parse_command_line(argc, argv, liana::rank() == 0);
    if (exit_code) return *exit_code;
    kmeans::clustering on(with.what);
    const bool good = kmeans::run(on, with, {.rank = liana::rank(), .ranks = liana::size()});
    on.destroy();
    return liana::broadcast(good, 0) ? EXIT_SUCCESS : EXIT_FAILURE;
  } catch (const std::exception& error) {
    fmt::print(stderr, "kmeans: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
