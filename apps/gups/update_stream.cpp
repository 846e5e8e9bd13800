#include "update_stream.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

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

}  // namespace gups
