#include "clustering.hpp"

#include <algorithm>
#include <bit>
#include <span>
#include <utility>

#include "../dealing.hpp"

namespace kmeans {

namespace {

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

}  // namespace

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

}  // namespace kmeans
