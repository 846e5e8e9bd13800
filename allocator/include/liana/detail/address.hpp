#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include <liana/detail/rank.hpp>

/// The 64-bit global address and the arithmetic that leads from it, and from nothing else, to the block and to the
/// block's directory entry. No rank keeps a table of another rank's pages: what an address does not say is not needed.
///
/// Layout, from the highest bit:
///
///     blocks of 4 KiB and more:   home rank 16 | block size 5 | offset 43
///     blocks of 8 B to 2 KiB:     home rank 16 | block size 5 | extent size 5 | offset 38
///
/// Offsets count bytes from the origin of the home's pool of shared memory; block data lies at a multiple of its size.
///
/// Entries, 64 bytes each, go down from an *anchor*, the data goes up from it: block i after the anchor has its entry
/// at anchor - 64 * (i + 1). Blocks of 4 KiB and more have one anchor, the origin itself, and one entry for each 4 KiB
/// (a larger block uses the first of its own), so they mix and lie anywhere. Smaller blocks live in extents, whose data
/// starts at a multiple of 2^e and is no longer than 2^e; the address tells e, so the anchor is the offset with its low
/// e bits cleared.
namespace liana::detail {

inline constexpr unsigned entry_bytes = 64;
inline constexpr unsigned page_log2 = 12;  ///< from this size on, blocks have their entries below the origin
inline constexpr std::size_t page_bytes = std::size_t{1} << page_log2;
inline constexpr unsigned minimum_block_log2 = 3;
inline constexpr unsigned maximum_block_log2 = 30;
inline constexpr unsigned default_block_log2 = page_log2;

class address {
 public:
  static constexpr unsigned home_shift = 48;
  static constexpr unsigned size_shift = 43;
  static constexpr unsigned extent_shift = 38;
  static constexpr std::uint64_t maximum_offset = std::uint64_t{1} << size_shift;           ///< of any block
  static constexpr std::uint64_t maximum_extent_offset = std::uint64_t{1} << extent_shift;  ///< of blocks below 4 KiB

  constexpr address() = default;
  constexpr explicit address(std::uint64_t bits) : bits_(bits) {}

  /// `extent_log2` (12 to 43) counts for blocks below 4 KiB only.
  static constexpr address make(rank_t home, unsigned block_log2, unsigned extent_log2, std::uint64_t offset) {
    std::uint64_t bits =
        (static_cast<std::uint64_t>(home) << home_shift) | (std::uint64_t{block_log2} << size_shift) | offset;
    if (block_log2 < page_log2) {
      bits |= std::uint64_t{extent_log2 - page_log2} << extent_shift;
    }
    return address(bits);
  }

  [[nodiscard]] constexpr std::uint64_t bits() const { return bits_; }
  [[nodiscard]] constexpr bool is_null() const { return bits_ == 0; }
  [[nodiscard]] constexpr rank_t home() const { return static_cast<rank_t>(bits_ >> home_shift); }
  [[nodiscard]] constexpr unsigned block_log2() const { return static_cast<unsigned>(bits_ >> size_shift) & 31U; }
  [[nodiscard]] constexpr std::size_t block_bytes() const { return std::size_t{1} << block_log2(); }

  /// Bytes from the origin of the home's pool.
  [[nodiscard]] constexpr std::uint64_t offset() const {
    return bits_ & (block_log2() < page_log2 ? maximum_extent_offset - 1 : maximum_offset - 1);
  }
  [[nodiscard]] constexpr std::uint64_t offset_in_block() const { return bits_ & (block_bytes() - 1); }

  /// The first byte of the block that this address lies in: what identifies a block in the cache, in messages and to
  /// the protocol.
  [[nodiscard]] constexpr address block() const { return address(bits_ & ~std::uint64_t{block_bytes() - 1}); }

  /// Where the block's directory entry lies, in bytes from the origin of the home's pool; negative for blocks of 4 KiB
  /// and more.
  [[nodiscard]] constexpr std::int64_t entry_offset() const {
    const unsigned log2 = block_log2();
    if (log2 >= page_log2) {
      return -static_cast<std::int64_t>(((bits_ & (maximum_offset - 1)) >> log2 << (log2 - page_log2)) + 1) *
             entry_bytes;
    }
    const unsigned extent_log2 = page_log2 + (static_cast<unsigned>(bits_ >> extent_shift) & 31U);
    const std::uint64_t offset = bits_ & (maximum_extent_offset - 1);
    const std::uint64_t in_extent = offset & ((std::uint64_t{1} << extent_log2) - 1);
    return static_cast<std::int64_t>(offset - in_extent) -
           static_cast<std::int64_t>((in_extent >> log2) + 1) * entry_bytes;
  }

  /// The address `bytes` further in the same home's pool. The caller stays inside one allocation (one past its end
  /// included).
  [[nodiscard]] constexpr address advanced(std::int64_t bytes) const {
    return address(bits_ + static_cast<std::uint64_t>(bytes));
  }

  friend constexpr bool operator==(address, address) = default;

 private:
  std::uint64_t bits_ = 0;
};

/// Bytes of directory below the origin of a pool of `pool_bytes`: one entry for each 4 KiB, in whole pages.
constexpr std::size_t directory_bytes(std::size_t pool_bytes) {
  const std::size_t entries = (pool_bytes + page_bytes - 1) / page_bytes;
  return (entries * entry_bytes + page_bytes - 1) / page_bytes * page_bytes;
}

/// log2 of the smallest block that holds `bytes`.
constexpr unsigned block_log2_for(std::size_t bytes) {
  const auto log2 = static_cast<unsigned>(std::countr_zero(std::bit_ceil(bytes)));
  return log2 < minimum_block_log2 ? minimum_block_log2 : log2;
}

}  // namespace liana::detail
