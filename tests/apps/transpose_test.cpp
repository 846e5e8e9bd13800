#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "apps/transpose/tiles.hpp"

namespace transpose {
namespace {

using values = std::vector<double>;

TEST(tiles, cover_the_matrix) {
  EXPECT_EQ(tiles({.order = 1}), 1U);
  EXPECT_EQ(tiles({.order = 32}), 1U);
  EXPECT_EQ(tiles({.order = 33}), 2U);
}

TEST(fill, numbers_the_elements_and_leaves_0_beyond_them) {
  const problem of{.order = 34};
  values tile(tile_elements, -1);
  fill(of, 1, 0, tile);
  EXPECT_EQ(tile[0], 32 * 34);
  EXPECT_EQ(tile[tile_side + 31], 33 * 34 + 31);
  EXPECT_EQ(tile[2 * tile_side], 0);
}

TEST(add_transpose, adds_element_to_mirrored_element) {
  values from(tile_elements);
  values to(tile_elements);
  for (std::size_t i = 0; i < tile_elements; ++i) {
    from[i] = static_cast<double>(i);
    to[i] = 10000 * static_cast<double>(i);
  }
  add_transpose(from, to);
  for (std::size_t row = 0; row < tile_side; ++row) {
    for (std::size_t column = 0; column < tile_side; ++column) {
      const std::size_t i = row * tile_side + column;
      EXPECT_EQ(to[i], 10000.0 * static_cast<double>(i) + static_cast<double>(column * tile_side + row));
    }
  }
}

/// Tile (1, 0) of b after three iterations.
values iterated(const problem& of) {
  values a(tile_elements);
  values b(tile_elements);
  fill(of, 0, 1, a);
  for (int i = 0; i < 3; ++i) {
    add_transpose(a, b);
    add_one(a);
  }
  return b;
}

TEST(greatest_difference, is_0_after_iterations) {
  const problem of{.order = 50};
  EXPECT_EQ(greatest_difference(of, 1, 0, 3, iterated(of)), 0);
  EXPECT_EQ(greatest_difference(of, 1, 0, 2, iterated(of)), 31 * 50 + 49 + 2);
}

TEST(greatest_difference, finds_a_wrong_element) {
  const problem of{.order = 50};
  values b = iterated(of);
  b[18 * tile_side] += 1;  // beyond the matrix
  EXPECT_EQ(greatest_difference(of, 1, 0, 3, b), 0);
  b[17 * tile_side + 5] += 1;
  EXPECT_EQ(greatest_difference(of, 1, 0, 3, b), 1);
  b[7] = std::nan("");
  EXPECT_EQ(greatest_difference(of, 1, 0, 3, b), std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace transpose
