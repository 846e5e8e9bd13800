// The updates of RandomAccess, and the check of what they make of the words; plain memory only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "../common/ranks.hpp"

namespace gups {

/// A table of words T and updates of it: T[x & (words - 1)] ^= x for each x of the stream, from T[i] = i.
struct problem {
  unsigned log2_words = 20;
  std::uint64_t updates_per_word = 4;

  [[nodiscard]] std::size_t words() const { return std::size_t{1} << log2_words; }
  [[nodiscard]] std::size_t mask() const { return words() - 1; }
  [[nodiscard]] std::uint64_t updates() const { return updates_per_word << log2_words; }
};

/// The updates of one rank, from `first` to before `end` of the stream.
struct share {
  std::uint64_t first;
  std::uint64_t end;
};

/// As many for each rank as for the others, in the order of ranks.
[[nodiscard]] inline share updates_of(const problem& of, const apps::place& at) {
  const auto ranks = static_cast<std::uint64_t>(at.ranks);
  const auto rank = static_cast<std::uint64_t>(at.rank);
  const std::uint64_t each = of.updates() / ranks;
  const std::uint64_t more = of.updates() % ranks;  // the first ranks have one more
  const auto before = [&](std::uint64_t which) { return which * each + (which < more ? which : more); };
  return {.first = before(rank), .end = before(rank + 1)};
}

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

/// How many of the words from `first` on differ from what all updates of the stream make of them. Applies the whole
/// stream once more, one update after the other, to a copy in plain memory of these words; to xor twice is to leave
/// alone, so that every word should be its own number again.
[[nodiscard]] std::size_t wrong_words(const problem& of, std::size_t first, std::span<const std::uint64_t> words);

}  // namespace gups
