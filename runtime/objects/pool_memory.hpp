#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "allocator/segment_memory.hpp"
#include "runtime/state/segment_layout.hpp"
#include "transport/shared_segment.hpp"

namespace liana::detail {

/// The pool of this rank's segment as the allocator sees it: pages get memory, theirs and that of their directory
/// entries, when they are first used.
///
/// Thread safety: the allocator calls under its own lock; the version floor may be raised by any thread.
class pool_memory final : public allocator::segment_memory {
 public:
  /// `segment` and `layout` outlive it and stay where they are.
  pool_memory(const transport::shared_segment& segment, const segment_layout& layout)
      : segment_(segment), layout_(layout) {}

  /// Throws resource_error with what is free and the remedy.
  void commit(std::uint64_t offset, std::size_t bytes) override;

  /// Nobody holds or shares the blocks, and their version is the floor.
  void prepare_entries(std::int64_t first, std::size_t count) override;

  /// The entries of new blocks start from this version at least. An entry that lies among data moves with the extents,
  /// so it may come to serve a block whose address was used before; a version that only grows keeps a replica from that
  /// time from passing for a current one.
  void raise_version_floor(std::uint64_t version);

 private:
  const transport::shared_segment& segment_;
  const segment_layout& layout_;
  std::atomic<std::uint64_t> version_floor_{0};
};

/// Takes memory for a part of a segment. Throws resource_error with what was wanted, what is free and the remedy.
void commit_memory(const transport::shared_segment& segment, std::size_t offset, std::size_t bytes, const char* what);

/// Takes memory for all of a segment, once and for all. Throws resource_error as well.
void commit_whole(transport::shared_segment& segment);

}  // namespace liana::detail
