#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bfs {

using word = std::uint64_t;
inline constexpr std::size_t word_bits = 64;

[[nodiscard]] inline std::size_t words_for(std::size_t bits) { return (bits + word_bits - 1) / word_bits; }

/// A set of numbers, a bit each.
class bitmap {
 public:
  explicit bitmap(std::size_t bits) : words_(words_for(bits)) {}

  [[nodiscard]] bool test(std::size_t i) const { return (words_[i / word_bits] >> (i % word_bits) & 1U) != 0; }
  void set(std::size_t i) { words_[i / word_bits] |= word{1} << (i % word_bits); }
  void clear() { words_.assign(words_.size(), 0); }

  [[nodiscard]] std::span<word> words() { return words_; }
  [[nodiscard]] std::span<const word> words() const { return words_; }

 private:
  std::vector<word> words_;
};

/// Calls f(i) for every bit i that is set.
template <class F>
void for_each_bit(word bits, F f) {
  for (; bits != 0; bits &= bits - 1) f(static_cast<std::size_t>(std::countr_zero(bits)));
}

}  // namespace bfs
