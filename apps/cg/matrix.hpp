// Where matrices come from: the options, and the definitions in plain memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "../common/command_line.hpp"
#include "../common/matrix_market.hpp"

namespace cg {

struct settings {
  // Which matrix: at most one of the three is set.
  std::size_t grid2 = 0;
  std::size_t grid3 = 0;
  std::string matrix_market_file;

  std::size_t products = 0;  // 0: solve
  std::size_t iterations = 10000;
  double tolerance = 1e-8;
  bool jacobi = false;
  bool verify = true;
};

using command_line = apps::command_line<settings>;

/// See apps::options::parse.
[[nodiscard]] command_line parse_command_line(int argc, char** argv, bool speak);

using column = std::uint32_t;

/// Some rows that follow each other: compressed sparse rows, with an offset more than rows, the first 0.
struct sparse_rows {
  std::vector<std::uint64_t> offsets{0};
  std::vector<column> columns;
  std::vector<double> values;

  [[nodiscard]] std::size_t size() const { return offsets.size() - 1; }
};

/// A square matrix as it is defined: a Laplacian on a grid, or the entries of a file.
struct matrix {
  std::size_t rows = 0;

  /// Of a grid, whose points are numbered line by line, with 2 or 3 directions of so many points: 4 or 6 on the
  /// diagonal, -1 for each neighbour that a point has. 0 directions: a file.
  unsigned directions = 0;
  std::size_t side = 0;

  /// Of a file, where it was read; several of one place add up.
  std::vector<apps::matrix_entry> entries;
};

/// "the Laplacian on 256 x 256 points", or the file's name.
[[nodiscard]] std::string description(const settings& from);

/// The matrix; of one from a file only rank 0 has the entries, which reads it, and others do not call this. Throws
/// apps::read_error for a file that cannot be read, and std::invalid_argument for a matrix that the settings' method
/// cannot take: one that is not symmetric for the solver, or has no positive diagonal for --jacobi.
[[nodiscard]] matrix load(const settings& from);

/// The rows from `first` to before `end`, of a grid or from entries.
[[nodiscard]] sparse_rows rows_of(const matrix& which, std::size_t first, std::size_t end);

/// A x by the definition, in one process and without compressed rows: the reference.
[[nodiscard]] std::vector<double> product(const matrix& with, std::span<const double> x);

/// The greatest sum of absolute values in a row.
[[nodiscard]] double norm(const matrix& of);

/// The least eigenvalue of a grid's Laplacian, in closed form; 0 for a file, where it is not known.
[[nodiscard]] double least_eigenvalue(const matrix& of);

}  // namespace cg
