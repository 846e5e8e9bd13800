#include "apps/heat/stencil.hpp"

#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace heat {
namespace {

using values = std::vector<double>;

values step(const problem& of, const values& above, const values& here, const values& below) {
  values next(of.side, -1);
  step_row(of, above, here, below, next);
  return next;
}

TEST(step_row, adds_the_neighbours_differences) {
  const problem four{.side = 4, .ratio = 0.25};
  EXPECT_EQ(step(four, {0, 1, 2, 0}, {0, 4, 8, 0}, {0, 16, 32, 0}), (values{0, 6.25, 9.5, 0}));
}

TEST(step_row, keeps_the_boundary_at_0) {
  const problem three{.side = 3, .ratio = 0.2};
  const values next = step(three, {7, 7, 7}, {7, 7, 7}, {7, 7, 7});
  EXPECT_EQ(next.front(), 0);
  EXPECT_EQ(next.back(), 0);
}

TEST(start_value, is_0_on_the_boundary_and_1_in_the_middle) {
  const problem of{.side = 9};
  for (std::size_t i = 0; i < of.side; ++i) {
    EXPECT_EQ(start_value(of, 0, i), 0);
    EXPECT_EQ(start_value(of, i, 0), 0);
    EXPECT_EQ(start_value(of, 8, i), 0);
    EXPECT_EQ(start_value(of, i, 8), 0);
  }
  EXPECT_DOUBLE_EQ(start_value(of, 4, 4), 1);
}

TEST(amplification, is_that_of_many_steps_of_a_whole_grid) {
  const problem of{.side = 17, .ratio = 0.2};
  constexpr std::size_t steps = 100;
  std::vector<values> now(of.side, values(of.side));
  for (std::size_t row = 0; row < of.side; ++row) {
    for (std::size_t column = 0; column < of.side; ++column) now[row][column] = start_value(of, row, column);
  }
  auto next = now;
  for (std::size_t i = 0; i < steps; ++i) {
    for (std::size_t row = 1; row + 1 < of.side; ++row) step_row(of, now[row - 1], now[row], now[row + 1], next[row]);
    std::swap(now, next);
  }
  const double factor = std::pow(amplification(of), steps);
  EXPECT_LT(factor, 0.6);  // or the comparison would say little
  for (std::size_t row = 0; row < of.side; ++row) {
    for (std::size_t column = 0; column < of.side; ++column) {
      EXPECT_NEAR(now[row][column], factor * start_value(of, row, column), 1e-14) << row << ", " << column;
    }
  }
}

}  // namespace
}  // namespace heat
