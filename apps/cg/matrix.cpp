#include "matrix.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <tuple>

#include <fmt/core.h>

#include "../common/text.hpp"

namespace cg {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  apps::options all("Sparse matrix-vector products and the method of conjugate gradients, on all ranks of a job.");
  const std::string input = "Matrix (by default --grid2 256)";
  // No more rows than columns of 32 bits can name.
  auto grid2 =
      all.whole("--grid2", values.grid2, "the five-point Laplacian of a square, points in each direction", 1, 65535);
  auto grid3 =
      all.whole("--grid3", values.grid3, "the seven-point Laplacian of a cube, points in each direction", 1, 1625);
  auto file = all.text("--matrix-market", values.matrix_market_file,
                       "square Matrix Market coordinate file, for the solver symmetric and positive definite");
  grid2.no_default().group(input).excludes(grid3).excludes(file);
  grid3.no_default().group(input).excludes(file);
  file.group(input);

  auto products = all.whole("--spmv", values.products, "compute this many products with a vector, and solve nothing", 1,
                            std::size_t{1} << 40);
  products.no_default();
  all.whole("--iterations", values.iterations, "stop after this many iterations", 1, std::size_t{1} << 40)
      .excludes(products);
  all.decimal("--tolerance", values.tolerance, "stop when the residual has shrunk to this part of the right-hand side",
              0, 1)
      .excludes(products);
  all.on_off("jacobi", values.jacobi, "precondition with the diagonal");
  all.on_off("verify", values.verify, "compare with a serial computation");

  result.exit_code = all.parse(argc, argv, speak);
  const bool none = values.grid2 == 0 && values.grid3 == 0 && values.matrix_market_file.empty();
  if (none) values.grid2 = 256;
  return result;
}

namespace {

/// Calls f(neighbour) for each neighbour of a point that the grid has, in ascending order.
template <class F>
void for_each_neighbour(const matrix& grid, std::size_t point, bool below, F f) {
  std::size_t stride = below ? grid.rows : 1;
  for (unsigned direction = 0; direction < grid.directions; ++direction) {
    if (below) stride /= grid.side;
    const std::size_t at = point / stride % grid.side;
    if (below && at > 0) f(point - stride);
    if (!below && at + 1 < grid.side) f(point + stride);
    if (!below) stride *= grid.side;
  }
}

double diagonal(const matrix& grid) { return 2.0 * grid.directions; }

matrix grid_of(std::size_t side, unsigned directions) {
  std::size_t rows = 1;
  for (unsigned i = 0; i < directions; ++i) rows *= side;
  return {.rows = rows, .directions = directions, .side = side, .entries = {}};
}

bool by_place(const apps::matrix_entry& a, const apps::matrix_entry& b) {
  return std::tie(a.row, a.column) < std::tie(b.row, b.column);
}

/// In order of their places, one each.
std::vector<apps::matrix_entry> added_up(std::vector<apps::matrix_entry> entries) {
  std::stable_sort(entries.begin(), entries.end(), by_place);
  std::vector<apps::matrix_entry> result;
  for (const apps::matrix_entry& each : entries) {
    const bool another = result.empty() || by_place(result.back(), each);
    if (another) {
      result.push_back(each);
    } else {
      result.back().value += each.value;
    }
  }
  return result;
}

double value_at(const std::vector<apps::matrix_entry>& entries, column row, column at) {
  const apps::matrix_entry sought{.row = row, .column = at, .value = 0};
  const auto found = std::lower_bound(entries.begin(), entries.end(), sought, by_place);
  return found == entries.end() || by_place(sought, *found) ? 0 : found->value;
}

void require_symmetry(const matrix& of) {
  for (const apps::matrix_entry& each : of.entries) {
    const double mirrored = value_at(of.entries, each.column, each.row);
    if (each.value == mirrored) continue;
    throw std::invalid_argument(
        fmt::format("the matrix is not symmetric, as conjugate gradients need it: {} at ({}, {}), {} at ({}, {})",
                    each.value, std::size_t{each.row} + 1, std::size_t{each.column} + 1, mirrored,
                    std::size_t{each.column} + 1, std::size_t{each.row} + 1));
  }
}

void require_positive_diagonal(const matrix& of) {
  for (std::size_t row = 0; row < of.rows; ++row) {
    const double value = value_at(of.entries, static_cast<column>(row), static_cast<column>(row));
    if (value > 0) continue;
    throw std::invalid_argument(fmt::format(
        "--jacobi divides by the diagonal, which is {} in row {}: expected values above 0", value, row + 1));
  }
}

matrix read(const std::string& file) {
  std::ifstream in = apps::open_text(file);
  matrix result;
  result.rows =
      apps::read_matrix_market(in, file, [&](const apps::matrix_entry& entry) { result.entries.push_back(entry); });
  result.entries = added_up(std::move(result.entries));
  return result;
}

}  // namespace

std::string description(const settings& from) {
  if (from.grid2 != 0) return fmt::format("the Laplacian on {0} x {0} points", from.grid2);
  if (from.grid3 != 0) return fmt::format("the Laplacian on {0} x {0} x {0} points", from.grid3);
  return from.matrix_market_file;
}

matrix load(const settings& from) {
  if (from.grid2 != 0) return grid_of(from.grid2, 2);
  if (from.grid3 != 0) return grid_of(from.grid3, 3);
  matrix result = read(from.matrix_market_file);
  if (from.products == 0) {
    require_symmetry(result);
    if (from.jacobi) require_positive_diagonal(result);
  }
  return result;
}

sparse_rows rows_of(const matrix& which, std::size_t first, std::size_t end) {
  sparse_rows result;
  result.offsets.reserve(end - first + 1);
  const auto add = [&](std::size_t at, double value) {
    result.columns.push_back(static_cast<column>(at));
    result.values.push_back(value);
  };
  auto entry = std::partition_point(which.entries.begin(), which.entries.end(),
                                    [&](const apps::matrix_entry& each) { return each.row < first; });
  for (std::size_t row = first; row < end; ++row) {
    if (which.directions != 0) {
      for_each_neighbour(which, row, true, [&](std::size_t at) { add(at, -1); });
      add(row, diagonal(which));
      for_each_neighbour(which, row, false, [&](std::size_t at) { add(at, -1); });
    }
    for (; entry != which.entries.end() && entry->row == row; ++entry) add(entry->column, entry->value);
    result.offsets.push_back(result.columns.size());
  }
  return result;
}

std::vector<double> product(const matrix& with, std::span<const double> x) {
  std::vector<double> result(with.rows, 0.0);
  for (const apps::matrix_entry& each : with.entries) result[each.row] += each.value * x[each.column];
  if (with.directions == 0) return result;
  for (std::size_t point = 0; point < with.rows; ++point) {
    double sum = diagonal(with) * x[point];
    const auto subtract = [&](std::size_t neighbour) { sum -= x[neighbour]; };
    for_each_neighbour(with, point, true, subtract);
    for_each_neighbour(with, point, false, subtract);
    result[point] = sum;
  }
  return result;
}

double norm(const matrix& of) {
  if (of.directions != 0) {
    // Of a point in the middle, where there is one.
    const double neighbours = std::min(2.0, static_cast<double>(of.side - 1));
    return diagonal(of) + neighbours * of.directions;
  }
  std::vector<double> sums(of.rows, 0.0);
  for (const apps::matrix_entry& each : of.entries) sums[each.row] += std::abs(each.value);
  return *std::max_element(sums.begin(), sums.end());
}

double least_eigenvalue(const matrix& of) {
  if (of.directions == 0) return 0;
  const double sine = std::sin(std::numbers::pi / 2 / static_cast<double>(of.side + 1));
  return 4 * sine * sine * of.directions;
}

}  // namespace cg
