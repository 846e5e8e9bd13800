#pragma once

#include <cstddef>
#include <cstdint>

namespace liana::allocator {

/// A live piece of a pool: `blocks` blocks of 2^block_log2 bytes each, contiguous from `offset`. With the number of the
/// home this is all that `detail::address::make` asks for.
struct allocation {
  std::uint64_t offset = 0;  ///< bytes from the origin of the pool, a multiple of the block size
  unsigned block_log2 = 0;
  unsigned extent_log2 = 0;  ///< 12 or more for blocks below 4 KiB; 0 for all others, whose address has no use for it
  std::size_t blocks = 0;
  bool zeroed = false;  ///< every byte is known to be zero, never having been handed out; false as well from find()

  [[nodiscard]] std::size_t bytes() const { return blocks << block_log2; }
};

}  // namespace liana::allocator
