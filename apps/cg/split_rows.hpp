// The arithmetic of a rank, in plain memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "matrix.hpp"

namespace cg {

/// The rows of a rank, apart by columns: those that are the rank's own elements of a vector, and those that are
/// elements of others, of which it needs few. So the first part can be computed while the elements of others are on
/// their way.
class split_rows {
 public:
  /// No rows.
  split_rows() = default;

  /// Rows from number `first` on; the rank's own elements are those of the same numbers.
  split_rows(const sparse_rows& rows, std::size_t first);

  [[nodiscard]] std::size_t size() const { return own_.offsets.size() - 1; }

  /// Which elements of others are needed, in ascending order.
  [[nodiscard]] const std::vector<column>& needed() const { return needed_; }

  /// y = A x as far as own elements go.
  void multiply(std::span<const double> x, std::span<double> y) const;

  /// y += A x as far as the elements of others go: `others[k]` is element needed()[k].
  void add_others(std::span<const double> others, std::span<double> y) const;

  /// The sum of each row, which is its product with ones.
  [[nodiscard]] std::vector<double> sums() const;

  /// One by each element of the diagonal.
  [[nodiscard]] std::vector<double> inverse_diagonal() const;

  /// Divides all values.
  void divide(double by);

 private:
  struct part {
    std::vector<std::uint64_t> offsets{0};
    std::vector<column> columns;
    std::vector<double> values;
  };

  part own_;                                     // columns count from the first own element
  part others_;                                  // columns are places in needed_
  std::vector<std::uint32_t> rows_with_others_;  // of which others_ has one each
  std::vector<column> needed_;
};

}  // namespace cg
