#pragma once

#include <cstddef>
#include <cstdint>

namespace liana::allocator {

/// What the allocator needs of the memory below it: its memory-registration interface. Offsets count bytes from the
/// origin of the pool. Called with the allocator's lock held: an implementation does not call back.
class segment_memory {
 public:
  segment_memory() = default;
  segment_memory(const segment_memory&) = delete;
  segment_memory& operator=(const segment_memory&) = delete;
  virtual ~segment_memory() = default;

  /// Makes the pages [offset, offset + bytes) usable; they read as zero afterwards. Called at most once for each page,
  /// before its first use. Throws when the memory cannot be had; the allocation then fails with that exception and
  /// takes nothing.
  virtual void commit(std::uint64_t offset, std::size_t bytes) = 0;

  /// The `count` directory entries from offset `first` upwards, in pages committed before, are about to serve new
  /// blocks. They may hold anything. Never called for entries below the origin, which belong to their place for good.
  virtual void prepare_entries(std::int64_t first, std::size_t count) = 0;
};

}  // namespace liana::allocator
