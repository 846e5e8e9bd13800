// The memory of all simulated segments: what ranks share lies here, so an access to it is a step that others notice.
#pragma once

#include <cstddef>
#include <cstdint>

namespace liana_tests::sim {

struct arena {
  /// Reserved, not taken: enough for some thousand ranks with the smallest segments.
  static constexpr std::size_t bytes = std::size_t{1} << 30U;

  /// First byte; page-aligned, zero at first use.
  static std::byte* const memory;

  static bool holds(const void* at) {
    return static_cast<std::size_t>(static_cast<const std::byte*>(at) - memory) < bytes;
  }
  /// Zeroed pages, until `reset`. Throws std::bad_alloc.
  static std::byte* take(std::size_t size);
  static void reset();
};

}  // namespace liana_tests::sim
