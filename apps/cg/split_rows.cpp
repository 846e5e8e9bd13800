#include "split_rows.hpp"

#include <algorithm>

namespace cg {

namespace {

/// The product of one row.
double row_product(const column* columns, const double* values, std::uint64_t first, std::uint64_t end,
                   const double* x) {
  double sum = 0;
  for (std::uint64_t k = first; k < end; ++k) sum += values[k] * x[columns[k]];
  return sum;
}

}  // namespace

split_rows::split_rows(const sparse_rows& rows, std::size_t first) {
  const auto is_own = [&](column at) { return at >= first && at - first < rows.size(); };
  std::copy_if(rows.columns.begin(), rows.columns.end(), std::back_inserter(needed_),
               [&](column at) { return !is_own(at); });
  std::sort(needed_.begin(), needed_.end());
  needed_.erase(std::unique(needed_.begin(), needed_.end()), needed_.end());

  own_.columns.reserve(rows.columns.size());
  own_.values.reserve(rows.columns.size());
  own_.offsets.reserve(rows.offsets.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::uint64_t k = rows.offsets[row]; k < rows.offsets[row + 1]; ++k) {
      const column at = rows.columns[k];
      const bool own = is_own(at);
      part& to = own ? own_ : others_;
      const auto place =
          own ? at - first
              : static_cast<std::size_t>(std::lower_bound(needed_.begin(), needed_.end(), at) - needed_.begin());
      to.columns.push_back(static_cast<column>(place));
      to.values.push_back(rows.values[k]);
    }
    own_.offsets.push_back(own_.columns.size());
    if (others_.columns.size() == others_.offsets.back()) continue;
    others_.offsets.push_back(others_.columns.size());
    rows_with_others_.push_back(static_cast<std::uint32_t>(row));
  }
}

void split_rows::multiply(std::span<const double> x, std::span<double> y) const {
  const std::uint64_t* const offsets = own_.offsets.data();
  const std::size_t rows = size();
  for (std::size_t row = 0; row < rows; ++row) {
    y[row] = row_product(own_.columns.data(), own_.values.data(), offsets[row], offsets[row + 1], x.data());
  }
}

void split_rows::add_others(std::span<const double> others, std::span<double> y) const {
  const std::uint64_t* const offsets = others_.offsets.data();
  for (std::size_t i = 0; i < rows_with_others_.size(); ++i) {
    y[rows_with_others_[i]] +=
        row_product(others_.columns.data(), others_.values.data(), offsets[i], offsets[i + 1], others.data());
  }
}

std::vector<double> split_rows::sums() const {
  std::vector<double> result(size());
  multiply(std::vector<double>(size(), 1.0), result);
  add_others(std::vector<double>(needed_.size(), 1.0), result);
  return result;
}

std::vector<double> split_rows::inverse_diagonal() const {
  std::vector<double> result(size(), 0.0);
  for (std::size_t row = 0; row < size(); ++row) {
    for (std::uint64_t k = own_.offsets[row]; k < own_.offsets[row + 1]; ++k) {
      if (own_.columns[k] == row) result[row] += own_.values[k];
    }
    result[row] = 1 / result[row];
  }
  return result;
}

void split_rows::divide(double by) {
  for (double& each : own_.values) each /= by;
  for (double& each : others_.values) each /= by;
}

}  // namespace cg
