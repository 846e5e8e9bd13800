// The splittable random stream of the reference implementation (brg_sha1 in its rng/), bit for bit.
#pragma once

#include <array>
#include <cstdint>

namespace uts {

/// A state of the stream, which is a hash: from it follow a random number and the states of any number of children,
/// independent of each other, so that whoever has a node can make the tree beneath it.
using stream_state = std::array<std::uint8_t, 20>;

/// SHA-1 of 16 zeros and the seed.
[[nodiscard]] stream_state first_state(std::uint32_t seed);

/// Of child number `which`: SHA-1 of the parent's state and the number.
[[nodiscard]] stream_state child_state(const stream_state& parent, std::uint32_t which);

/// Uniform in [0, 2^31).
[[nodiscard]] inline std::uint32_t random_number(const stream_state& of) {
  return (std::uint32_t{of[16]} & 0x7fU) << 24U | std::uint32_t{of[17]} << 16U | std::uint32_t{of[18]} << 8U |
         std::uint32_t{of[19]};
}

/// The same in [0, 1).
[[nodiscard]] inline double random_fraction(const stream_state& of) { return random_number(of) / 2147483648.0; }

}  // namespace uts
