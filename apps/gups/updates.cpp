#include "updates.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace gups {

std::uint64_t update_stream::power(std::uint64_t exponent) {
  // Squaring a polynomial over this field takes x^j to x^(2j), each term for itself.
  std::array<std::uint64_t, 64> squares{};
  std::uint64_t square = 1;
  for (std::uint64_t& each : squares) {
    each = square;
    square = times_x(times_x(square));
  }

  std::uint64_t result = 1;
  for (auto bit = std::uint64_t{1} << 63U; bit != 0; bit >>= 1U) {
    std::uint64_t squared = 0;
    for (std::size_t j = 0; j < squares.size(); ++j) squared ^= (result >> j & 1U) != 0 ? squares[j] : 0;
    result = (exponent & bit) != 0 ? times_x(squared) : squared;
  }
  return result;
}

std::size_t wrong_words(const problem& of, std::size_t first, std::span<const std::uint64_t> words) {
  if (words.empty()) return 0;
  std::vector<std::uint64_t> copy(words.begin(), words.end());
  update_stream stream(0);
  for (std::uint64_t i = 0; i < of.updates(); ++i) {
    const std::uint64_t update = stream.next();
    const std::size_t here = (update & of.mask()) - first;  // huge in front of first
    if (here < copy.size()) copy[here] ^= update;
  }
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < copy.size(); ++i) wrong += copy[i] == first + i ? 0U : 1U;
  return wrong;
}

}  // namespace gups
