// The matrix in global arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <liana/liana.hpp>

#include "matrix.hpp"

namespace cg {

/// Compressed sparse rows in global arrays, distributed in equal parts. A rank that has rows puts them there, and every
/// rank gets those that it computes, wherever they are.
struct shared_matrix {
  std::size_t rows = 0;
  double norm = 0;                      // see norm(const matrix&)
  liana::array<std::uint64_t> offsets;  // rows + 1
  liana::array<column> columns;
  liana::array<double> values;
};

/// Collective. Rank 0 has the matrix. Of one from a file it puts all rows; those of a grid, which need only be counted
/// out, every rank puts a part of.
[[nodiscard]] shared_matrix share(const std::optional<matrix>& loaded);

/// The rows from `first` to before `end`.
[[nodiscard]] sparse_rows rows_of(const shared_matrix& from, std::size_t first, std::size_t end);

/// Collective. Frees the arrays.
void destroy(shared_matrix& which);

}  // namespace cg
