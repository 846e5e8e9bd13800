#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "apps/nbody/bodies.hpp"
#include "apps/nbody/curve.hpp"
#include "apps/nbody/gravity.hpp"
#include "apps/nbody/simulation.hpp"
#include "apps/nbody/tree.hpp"
#include "apps/nbody/verify.hpp"

namespace nbody {
namespace {

/// What one rank has in common with itself.
class plain_space {
 public:
  static box unite(const box& mine) { return mine; }
  static totals add(const totals& mine) { return mine; }
  static std::vector<sample> samples(std::span<const sample> own) { return {own.begin(), own.end()}; }
  static void exchange(std::vector<body>& /*own*/, std::span<const std::uint64_t> /*first*/) {}
  cell<local_link> publish(std::span<const body> own, const subtrees& trees, const geometry& with) {
    points_.clear();
    for (const body& each : own) points_.push_back({.position = each.position, .mass = each.mass});
    families_ = trees.families;
    return join(with, std::span<const branch<local_link>>(trees.branches), families_,
                [](std::size_t i) -> local_link { return i; });
  }
  const nbody::family<local_link>* family(local_link at) const { return &families_[at]; }
  void bodies(std::uint64_t first, std::size_t count, sources& found) const {
    const auto some = std::span(points_).subspan(first, count);
    found.insert(found.end(), some.begin(), some.end());
  }
  const std::vector<point>& points() const { return points_; }

 private:
  std::vector<point> points_;
  std::vector<nbody::family<local_link>> families_;
};

constexpr apps::place alone{.rank = 0, .ranks = 1};

TEST(morton_key, descends_by_octants) {
  const cube unit({.low = {0, 0, 0}, .high = {1, 1, 1}});
  const morton_key key = unit.key({0.9, 0.1, 0.6});
  EXPECT_EQ(octant(key, 0), 5U);
  EXPECT_EQ(common_level(key, unit.key({0.6, 0.1, 0.6})), 1U);
  EXPECT_EQ(common_level(key, key), levels);
  EXPECT_LT(unit.key({1, 1, 1}), key_end);
  const vector3 middle = unit.middle(key, 2);
  EXPECT_EQ(middle.x, 0.875);
  EXPECT_EQ(middle.y, 0.125);
  EXPECT_EQ(middle.z, 0.625);
}

TEST(divide_by_cost, gives_parts_of_equal_cost) {
  const std::vector<sample> samples{{.key = 30, .cost = 1}, {.key = 10, .cost = 2}, {.key = 20, .cost = 1}};
  EXPECT_EQ(divide_by_cost(samples, 2), (std::vector<morton_key>{0, 11, key_end}));
  EXPECT_EQ(divide_by_cost({}, 3), (std::vector<morton_key>{0, key_end, key_end, key_end}));
}

TEST(plummer_sphere, is_the_same_in_parts) {
  const auto all = plummer_sphere(100, 0, 100);
  const auto part = plummer_sphere(100, 40, 60);
  EXPECT_EQ(all[45].position.x, part[5].position.x);
  EXPECT_EQ(all[45].velocity.z, part[5].velocity.z);
}

TEST(tree, has_all_bodies_once_however_it_is_cut) {
  const auto start = plummer_sphere(500, 0, 500);
  const geometry with{.space = cube(box_around(start)), .theta = 0.5};
  std::vector<body> bodies = start;
  std::sort(bodies.begin(), bodies.end(),
            [&](const body& a, const body& b) { return with.space.key(a.position) < with.space.key(b.position); });
  std::vector<morton_key> keys;
  keys.reserve(bodies.size());
  for (const body& each : bodies) keys.push_back(with.space.key(each.position));

  for (const std::size_t middle : {0U, 1U, 250U, 499U}) {
    std::vector<branch<local_link>> branches;
    const auto add = [&](std::size_t first, std::size_t count, morton_key from, morton_key to) {
      const subtrees built =
          build(with, std::span(keys).subspan(first, count), std::span(bodies).subspan(first, count), from, to);
      EXPECT_LE(built.branches.size(), most_branches);
      std::size_t grouped = 0;
      for (const group& each : built.groups) {
        EXPECT_EQ(each.first, grouped);
        EXPECT_LE(each.end - each.first, bodies_in_group);
        grouped = each.end;
      }
      EXPECT_EQ(grouped, count);
      branches.insert(branches.end(), built.branches.begin(), built.branches.end());
    };
    add(0, middle, 0, keys[middle]);
    add(middle, keys.size() - middle, keys[middle], key_end);
    std::vector<family<local_link>> upper;
    const auto root = join(with, std::span<const branch<local_link>>(branches), upper, [](std::size_t i) { return i; });
    EXPECT_EQ(root.bodies, 500U);
    EXPECT_NEAR(root.mass, 1, 1e-12);
    EXPECT_LT(upper.size(), branches.size());
  }
}

TEST(tree, puts_bodies_at_one_place_into_one_leaf) {
  const std::vector<body> same(100, body{.position = {1, 2, 3}, .mass = 1, .velocity = {}});
  const geometry with{.space = cube(box_around(same)), .theta = 0.5};
  const std::vector<morton_key> keys(100, with.space.key({1, 2, 3}));
  const subtrees built = build(with, keys, same, 0, key_end);
  ASSERT_EQ(built.branches.size(), 1U);
  EXPECT_EQ(built.branches[0].top.bodies, 100U);
  EXPECT_EQ(built.branches[0].top.is_leaf, 1U);
  EXPECT_EQ(built.groups.size(), 2U);
}

TEST(simulation, computes_forces_that_are_nearly_those_of_direct_summation) {
  plain_space space;
  const problem of{.bodies = 700};
  simulation<plain_space> stars(space, of, alone);
  stars.step();
  const auto checked = stars.checked(1);
  ASSERT_EQ(checked.size(), 700U);
  const field_errors errors = compare_fields(checked, space.points(), of.softening);
  EXPECT_LT(errors.acceleration, 0.005);
  EXPECT_GT(errors.acceleration, 1e-9);  // or no cell was ever taken for a body
}

TEST(simulation, computes_forces_of_direct_summation_where_all_cells_are_opened) {
  plain_space space;
  const problem of{.bodies = 300, .theta = 1e-3};
  const simulation<plain_space> stars(space, of, alone);
  EXPECT_LT(compare_fields(stars.checked(1), space.points(), of.softening).acceleration, 1e-12);
}

TEST(compare_fields, finds_a_field_that_is_wrong) {
  plain_space space;
  const problem of{.bodies = 300};
  const simulation<plain_space> stars(space, of, alone);
  auto checked = stars.checked(4);
  for (checked_body& each : checked) each.computed.acceleration = 1.01 * each.computed.acceleration;
  EXPECT_GT(compare_fields(checked, space.points(), of.softening).acceleration, 0.009);
  checked[3].computed.acceleration.x = NAN;
  EXPECT_EQ(compare_fields(checked, space.points(), of.softening).acceleration, HUGE_VAL);
}

}  // namespace
}  // namespace nbody
