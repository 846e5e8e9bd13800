// Matrices in files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <istream>
#include <string>

namespace apps {

/// One entry of a sparse matrix; row and column count from 0.
struct matrix_entry {
  std::uint32_t row;
  std::uint32_t column;
  double value;

  friend bool operator==(const matrix_entry&, const matrix_entry&) = default;
};

/// Reads a square Matrix Market coordinate file (https://math.nist.gov/MatrixMarket/formats.html): general or
/// symmetric; pattern, real or integer. Calls `use` for each entry in the file's order, and for the mirrored one next
/// to each entry off the diagonal of a symmetric file; an entry of a pattern is 1. Returns the number of rows.
///
/// Strict: what it does not know, values that are not finite among it, is a `read_error` with the line, never guessed
/// at. `name` is what the stream is called in errors. There is at least one entry.
std::size_t read_matrix_market(std::istream& in, const std::string& name,
                               const std::function<void(const matrix_entry&)>& use);

}  // namespace apps
