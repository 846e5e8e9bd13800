#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <unordered_map>

#include <liana/detail/address.hpp>
#include <liana/detail/annotated_mutex.hpp>

#include "allocator/allocation.hpp"
#include "allocator/page_runs.hpp"
#include "allocator/segment_memory.hpp"
#include "allocator/slab.hpp"

namespace liana::allocator {

/// The pool has no place for what was asked. The text gives all figures.
struct exhausted : std::runtime_error {
  exhausted(std::size_t asked, std::size_t entries, std::size_t alignment, std::size_t free, std::size_t largest);

  std::size_t asked_bytes;      ///< of data; the largest value if the request passes any pool
  std::size_t entries_bytes;    ///< directory entries that have to lie before them in the pool, 0 from 4 KiB blocks on
  std::size_t alignment_bytes;  ///< the data has to start at a multiple of this, and not at 0 if there are entries
  std::size_t free_bytes;       ///< in whole pages, wherever they lie
  std::size_t largest_bytes;    ///< the longest run of free pages
};

/// What a pool holds, in whole pages: entries inside the pool and kept slabs count as used.
struct usage_t {
  std::size_t total_bytes = 0;
  std::size_t used_bytes = 0;
  std::size_t free_bytes = 0;
  std::size_t largest_bytes = 0;     ///< the longest run of free pages
  std::size_t live_allocations = 0;  ///< arrays and single objects
};

/// Divides the pool of one rank, its home, into blocks. Only the home allocates from it and frees into it; requests of
/// other ranks to free something come to it through the runtime. All bookkeeping is private memory of the home, so a
/// stray remote write cannot corrupt it.
///
/// Geometry (`detail::address` relies on it): blocks of 4 KiB and more are runs of whole pages, aligned to their size,
/// with their entries below the origin. Smaller blocks lie in extents: the anchor is a multiple of 2^e, the data goes
/// up from it and is no longer than 2^e, the entries go down from it, and the whole lies below 2^38. Several blocks at
/// once have an extent of their own; a single one shares a slab, an extent filled with objects of one size.
///
/// Invariants, all under mutex_:
///   1. A page belongs to no more than one of: a free run, an array, a slab.
///   2. A page is committed exactly if it is touched in pages_.
///
/// Thread safety: all methods may be called from any thread at any time.
class segment_allocator {
 public:
  /// Manages `bytes` bytes from the origin of `memory`, which outlives the allocator. Throws std::invalid_argument
  /// unless `bytes` is a multiple of 4 KiB, from 4 KiB to 2^43.
  segment_allocator(std::size_t bytes, segment_memory& memory);

  /// `blocks` contiguous blocks of 2^block_log2 bytes. Throws exhausted when the pool has no place for them,
  /// std::invalid_argument for a block_log2 outside 3 to 30 or no blocks, and whatever segment_memory::commit throws;
  /// nothing is taken then.
  allocation allocate(unsigned block_log2, std::size_t blocks);

  /// The live allocation of blocks of this size that starts at `offset`, or nothing: freed already, or never allocated.
  [[nodiscard]] std::optional<allocation> find(std::uint64_t offset, unsigned block_log2) const;

  /// Frees what find() returned. Its pages stay committed. Throws std::invalid_argument if it is not live any more.
  void free(const allocation& freed);

  [[nodiscard]] usage_t usage() const;

 private:
  struct shape;
  struct placed {
    allocation blocks;
    page_run pages;  // of data and entries
  };

  static shape shape_of(unsigned block_log2, std::size_t blocks);

  std::optional<placed> obtain(const shape& wanted) LIANA_REQUIRES(mutex_);
  std::optional<page_run> place(const shape& wanted) LIANA_REQUIRES(mutex_);
  bool release_spares() LIANA_REQUIRES(mutex_);
  void commit(page_run run) LIANA_REQUIRES(mutex_);
  void add_slab(unsigned block_log2) LIANA_REQUIRES(mutex_);
  [[nodiscard]] std::optional<allocation> find_live(std::uint64_t offset, unsigned block_log2) const
      LIANA_REQUIRES(mutex_);
  [[noreturn]] void throw_exhausted(const shape& wanted) const LIANA_REQUIRES(mutex_);
  size_class& objects_of(unsigned block_log2) LIANA_REQUIRES(mutex_) {
    return objects_[block_log2 - detail::minimum_block_log2];
  }

  mutable detail::annotated_mutex mutex_;
  segment_memory& memory_;
  page_runs pages_ LIANA_GUARDED_BY(mutex_);
  /// By the offset of their data.
  std::unordered_map<std::uint64_t, placed> arrays_ LIANA_GUARDED_BY(mutex_);
  std::array<size_class, detail::page_log2 - detail::minimum_block_log2> objects_ LIANA_GUARDED_BY(mutex_);
  std::size_t live_ LIANA_GUARDED_BY(mutex_) = 0;
};

}  // namespace liana::allocator
