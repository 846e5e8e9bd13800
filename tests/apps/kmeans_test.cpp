#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "apps/kmeans/lloyd.hpp"
#include "apps/kmeans/run.hpp"

namespace kmeans {
namespace {

point at(double first) { return {first}; }

/// One rank.
class serial_clustering {
 public:
  explicit serial_clustering(const problem& of) : means_(start(of)), nearest_(of.points, no_cluster) {
    for (std::size_t i = 0; i < of.points; ++i) points_.push_back(make_point(of, i));
  }
  iteration step() {
    std::vector<double> totals(layout::size(means_.size()));
    means_.assign(points_, nearest_, totals);
    means_.update(totals);
    return {.changed = static_cast<std::size_t>(totals[layout::changed(means_.size())]),
            .inertia = totals[layout::inertia(means_.size())]};
  }
  [[nodiscard]] const centroids& means() const { return means_; }

 private:
  static centroids start(const problem& of) {
    std::vector<point> at;
    for (std::size_t i = 0; i < of.clusters; ++i) at.push_back(make_point(of, start_of(of, i)));
    return centroids(at);
  }

  centroids means_;
  std::vector<point> points_;
  std::vector<std::uint32_t> nearest_;
};

TEST(make_point, makes_coordinates_that_add_up_exactly) {
  const problem of{.seed = 9};
  for (std::size_t i = 0; i < 1000; ++i) {
    for (const double each : make_point(of, i)) {
      EXPECT_EQ(each * 0x1p16, std::nearbyint(each * 0x1p16));
      EXPECT_LT(std::abs(each), 128);
    }
  }
}

TEST(make_point, depends_on_number_and_seed) {
  EXPECT_EQ(make_point({.seed = 3}, 5), make_point({.seed = 3}, 5));
  EXPECT_NE(make_point({.seed = 3}, 5), make_point({.seed = 3}, 6));
  EXPECT_NE(make_point({.seed = 3}, 5), make_point({.seed = 4}, 5));
}

TEST(centroids, get_the_points_that_are_nearest_and_become_their_means) {
  const std::vector<point> start{at(0), at(10), at(100)};
  centroids means(start);
  const std::vector<point> points{at(1), at(9), at(5), at(13)};
  std::vector<std::uint32_t> nearest{0, 0, no_cluster, 1};
  std::vector<double> totals(layout::size(3));
  means.assign(points, nearest, totals);
  EXPECT_EQ(nearest, (std::vector<std::uint32_t>{0, 1, 0, 1}));  // of two that are as near, the first
  EXPECT_EQ(totals[layout::changed(3)], 2);
  EXPECT_EQ(totals[layout::inertia(3)], 1 + 1 + 25 + 9);
  EXPECT_EQ(totals[layout::count(1)], 2);
  means.update(totals);
  EXPECT_EQ(means[0], at(3));
  EXPECT_EQ(means[1], at(11));
  EXPECT_EQ(means[2], at(100));  // nobody's
}

TEST(run, is_right_by_a_serial_run) {
  const settings with{.what = {.points = 500, .clusters = 6}};
  serial_clustering clustering(with.what);
  EXPECT_TRUE(run(clustering, with, {.rank = 0, .ranks = 1}));
}

TEST(verify, finds_what_is_wrong) {
  const settings with{.what = {.points = 300, .clusters = 5}};
  const result right = serial_lloyd(with.what, 6);
  EXPECT_TRUE(verify(right, with));

  result wrong = right;
  wrong.centroids[2][3] += 1e-6;
  EXPECT_FALSE(verify(wrong, with));
  wrong.centroids[2][3] = std::nan("");
  EXPECT_FALSE(verify(wrong, with));

  wrong = right;
  wrong.inertias[3] = 2 * wrong.inertias[2];
  EXPECT_FALSE(verify(wrong, with));

  wrong = right;
  ++wrong.changed_last;
  EXPECT_FALSE(verify(wrong, with));
}

}  // namespace
}  // namespace kmeans
