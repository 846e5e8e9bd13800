#include <cmath>
#include <cstddef>
#include <optional>
#include <sstream>
#include <vector>

#include <gtest/gtest.h>

#include "apps/cg/matrix.hpp"
#include "apps/cg/recurrence.hpp"
#include "apps/cg/run.hpp"
#include "apps/cg/split_rows.hpp"
#include "apps/common/matrix_market.hpp"
#include "apps/common/ranks.hpp"

namespace cg {
namespace {

using numbers = std::vector<double>;

matrix grid2(std::size_t side) { return load({.grid2 = side, .matrix_market_file = {}}); }
matrix grid3(std::size_t side) { return load({.grid3 = side, .matrix_market_file = {}}); }

numbers numbered(std::size_t n) {
  numbers result(n);
  for (std::size_t i = 0; i < n; ++i) result[i] = start_value(i);
  return result;
}

TEST(grid, has_the_laplacians_rows) {
  const sparse_rows rows = rows_of(grid2(3), 3, 5);
  EXPECT_EQ(rows.offsets, (std::vector<std::uint64_t>{0, 4, 9}));
  EXPECT_EQ(rows.columns, (std::vector<column>{0, 3, 4, 6, 1, 3, 4, 5, 7}));
  EXPECT_EQ(rows.values, (numbers{-1, 4, -1, -1, -1, -1, 4, -1, -1}));
}

TEST(grid, has_the_eigenvalue_of_the_sine) {
  constexpr std::size_t side = 6;
  const matrix of = grid3(side);
  numbers sine(of.rows);
  const auto wave = [](std::size_t at) { return std::sin(M_PI * static_cast<double>(at + 1) / (side + 1)); };
  for (std::size_t i = 0; i < of.rows; ++i) sine[i] = wave(i % side) * wave(i / side % side) * wave(i / side / side);
  const numbers result = product(of, sine);
  for (std::size_t i = 0; i < of.rows; ++i) EXPECT_NEAR(result[i], least_eigenvalue(of) * sine[i], 1e-14);
}

TEST(norm, is_that_of_the_greatest_row) {
  EXPECT_EQ(norm(grid2(1)), 4);
  EXPECT_EQ(norm(grid2(2)), 6);
  EXPECT_EQ(norm(grid3(3)), 12);
  EXPECT_EQ(norm({.rows = 2, .entries = {{0, 0, -3}, {1, 0, 1}, {1, 1, -4}}}), 5);
}

TEST(split_rows, multiply_like_the_definition_wherever_they_are_cut) {
  for (const matrix& of : {grid2(5), grid3(3)}) {
    const numbers x = numbered(of.rows);
    const numbers expected = product(of, x);
    for (int ranks = 1; ranks < 6; ++ranks) {
      for (int rank = 0; rank < ranks; ++rank) {
        const auto [first, end] = apps::part_of(of.rows, rank, ranks);
        const split_rows rows(rows_of(of, first, end), first);
        numbers others;
        for (const column each : rows.needed()) others.push_back(x[each]);
        numbers y(rows.size());
        rows.multiply(std::span(x).subspan(first, end - first), y);
        rows.add_others(others, y);
        for (std::size_t i = first; i < end; ++i) EXPECT_DOUBLE_EQ(y[i - first], expected[i]) << ranks << ", " << i;
      }
    }
  }
}

TEST(split_rows, need_what_is_not_their_own_once) {
  const split_rows rows(rows_of(grid2(3), 3, 6), 3);
  EXPECT_EQ(rows.needed(), (std::vector<column>{0, 1, 2, 6, 7, 8}));
}

/// One rank.
class serial_solver {
 public:
  serial_solver(const matrix& with, bool jacobi)
      : rows_(rows_of(with, 0, with.rows), 0), z_(with.rows), own_(rows_, jacobi, z_), numbers_(own_.start(z_)) {}
  [[nodiscard]] double right_hand_side() const { return numbers_.now().residual; }
  iteration step() {
    turn(z_, numbers_.beta(), own_.direction);
    rows_.multiply(own_.direction, own_.product);
    const double curvature = dot(own_.direction, own_.product);
    numbers_.next(own_.advance(numbers_.alpha(curvature), z_));
    return {.curvature = curvature, .residual = numbers_.now().residual};
  }
  [[nodiscard]] std::vector<double> values() const { return own_.solution; }

 private:
  split_rows rows_;
  std::vector<double> z_;
  own_vectors own_;
  coefficients numbers_;
};

settings of_solver(bool jacobi) { return {.matrix_market_file = {}, .iterations = 500, .jacobi = jacobi}; }

outcome solved(const matrix& with, bool jacobi) {
  serial_solver solver(with, jacobi);
  return solve(solver, of_solver(jacobi), {.rank = 1, .ranks = 2});
}

TEST(solve, finds_ones_with_either_preconditioner) {
  for (const bool jacobi : {false, true}) {
    const outcome result = solved(grid2(8), jacobi);
    EXPECT_EQ(result.how, ending::converged);
    for (const double each : result.values) EXPECT_NEAR(each, 1, 1e-6);
    EXPECT_TRUE(report(grid2(8), result, of_solver(jacobi)));
  }
}

TEST(solve, notices_a_matrix_that_is_not_positive_definite) {
  const outcome result = solved({.rows = 2, .entries = {{0, 0, 1}, {0, 1, 2}, {1, 0, 2}, {1, 1, -4}}}, false);
  EXPECT_EQ(result.how, ending::not_positive_definite);
}

TEST(report, finds_a_wrong_solution) {
  outcome result = solved(grid2(8), false);
  result.values[17] += 1e-3;
  EXPECT_FALSE(report(grid2(8), result, of_solver(false)));
  result.values[17] = std::nan("");
  EXPECT_FALSE(report(grid2(8), result, of_solver(false)));
}

TEST(report, finds_wrong_products) {
  const matrix with = grid2(4);
  outcome result;
  result.times.resize(2);
  result.values = product(with, product(with, numbered(with.rows)));
  for (double& each : result.values) each /= norm(with) * norm(with);
  const settings of{.matrix_market_file = {}, .products = 2};
  EXPECT_TRUE(report(with, result, of));
  result.values[3] *= 1 + 1e-8;
  EXPECT_FALSE(report(with, result, of));
}

}  // namespace
}  // namespace cg

namespace apps {
namespace {

TEST(matrix_market_entries, have_values_and_mirrored_ones) {
  std::istringstream in("%%MatrixMarket matrix coordinate real symmetric\n2 2 2\n2 1 -1.5\n2 2 +3e1\n");
  std::vector<matrix_entry> entries;
  EXPECT_EQ(read_matrix_market(in, "m.mtx", [&](const matrix_entry& each) { entries.push_back(each); }), 2U);
  EXPECT_EQ(entries, (std::vector<matrix_entry>{{1, 0, -1.5}, {0, 1, -1.5}, {1, 1, 30}}));
}

TEST(part_of, deals_out_all_elements_in_order) {
  for (std::size_t elements : {0U, 1U, 3U, 10U}) {
    for (int ranks = 1; ranks < 6; ++ranks) {
      std::size_t next = 0;
      for (int rank = 0; rank < ranks; ++rank) {
        const part each = part_of(elements, rank, ranks);
        EXPECT_EQ(each.first, next);
        EXPECT_LE(each.size(), most_of_a_rank(elements, ranks));
        next = each.end;
      }
      EXPECT_EQ(next, elements);
    }
  }
}

TEST(block_bytes, are_a_power_of_two_that_holds_an_element) {
  EXPECT_EQ(block_bytes(0, 8, 4), 8U);
  EXPECT_EQ(block_bytes(1000000, 8, 2), 4096U);
  EXPECT_EQ(block_bytes(1000, 8, 4), 128U);
  EXPECT_EQ(block_bytes(10, 24, 4), 32U);
  EXPECT_EQ(block_bytes(10, 10000, 4), 16384U);
}

}  // namespace
}  // namespace apps
