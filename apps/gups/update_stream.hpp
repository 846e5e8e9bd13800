#pragma once

#include <cstdint>

namespace gups {

/// The stream of updates of HPC Challenge's RandomAccess (P. Luszczek et al., "Introduction to the HPC Challenge
/// benchmark suite", 2005): x, x^2, x^3, ... as polynomials over the field of two elements modulo x^64 + x^2 + x + 1,
/// each one a word of its coefficients. It repeats after 1317624576693539401 updates.
class update_stream {
 public:
  /// In front of update `first`, counted from 0. What HPCC_starts does there: by repeated squaring.
  explicit update_stream(std::uint64_t first) : value_(power(first)) {}

  /// The next update.
  std::uint64_t next() { return value_ = times_x(value_); }

  /// x to the power of `exponent`.
  [[nodiscard]] static std::uint64_t power(std::uint64_t exponent);

 private:
  [[nodiscard]] static constexpr std::uint64_t times_x(std::uint64_t value) {
    return (value << 1U) ^ ((0 - (value >> 63U)) & 7U);
  }

  std::uint64_t value_;
};

}  // namespace gups
