#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "allocator/allocation.hpp"
#include "allocator/page_runs.hpp"

namespace liana::allocator {

/// One extent whose blocks are handed out singly: up to 512 objects of one size below 4 KiB. All its state lies outside
/// the pool.
class slab {
 public:
  static constexpr std::size_t maximum_blocks = 512;

  /// How many blocks a slab of this size class has when memory allows: its data and its entries fill whole pages, and
  /// there are 64 blocks at least, so that both cost little beside each other.
  static constexpr std::size_t full_blocks(unsigned block_log2) {
    return block_log2 <= 6 ? std::size_t{1} << (12 - block_log2) : 64;
  }

  /// `extent` tells the anchor, the geometry, and whether the data pages are zeroed; `pages` is the run that data and
  /// entries lie in.
  slab(const allocation& extent, page_run pages) : extent_(extent), pages_(pages) {}

  [[nodiscard]] std::uint64_t anchor() const { return extent_.offset; }
  [[nodiscard]] page_run pages() const { return pages_; }
  [[nodiscard]] bool empty() const { return used_ == 0; }
  [[nodiscard]] bool full() const { return used_ == extent_.blocks; }

  /// The lowest free object, which there is. Zeroed if the extent was and nobody had the object before.
  allocation take();

  /// The live object that starts at `offset`.
  [[nodiscard]] std::optional<allocation> find(std::uint64_t offset) const;

  /// Frees the live object that starts at `offset`, which there is.
  void give(std::uint64_t offset);

 private:
  allocation extent_;
  page_run pages_;
  std::size_t used_ = 0;
  std::size_t ever_used_ = 0;  // objects from here on were never handed out, because take() prefers the lowest
  std::array<std::uint64_t, maximum_blocks / 64> taken_{};  // one bit for each object
};

/// All slabs of one block size. A slab that became empty is handed back to the owner of the pages, except for one, the
/// spare, that is kept so that a program which makes and destroys one object again and again does not build a slab each
/// time.
///
/// Every slab is in one of three states; `partial_` and `spare_` say which:
///
///     full -- give --> partial -- last object given --> spare (none there yet) or handed back
///     spare, partial -- take --> partial or full
///
/// Thread safety: none; the owner locks.
class size_class {
 public:
  /// An object can be taken without a further slab.
  [[nodiscard]] bool has_room() const { return spare_ || !partial_.empty(); }

  /// Adds an empty slab; there is no room before.
  void add(const slab& added);

  /// An object of the lowest slab in use that has room, only then of the spare. There is room.
  allocation take();

  /// The live object that starts at `offset`.
  [[nodiscard]] std::optional<allocation> find(std::uint64_t offset) const;

  /// Frees the live object that starts at `offset`. Returns the pages of its slab if that is to be handed back.
  std::optional<page_run> give(std::uint64_t offset);

  /// Forgets the spare and returns its pages, if there is one.
  std::optional<page_run> release_spare();

 private:
  std::map<std::uint64_t, slab> slabs_;  // by anchor
  std::set<std::uint64_t> partial_;      // anchors of the slabs that are neither full nor empty
  std::optional<std::uint64_t> spare_;   // anchor of the one that is empty
};

}  // namespace liana::allocator
