#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <liana/detail/address.hpp>

namespace liana::detail {

/// A cached copy of one block, of this rank alone.
///
/// | state    | sequence | in the table        | who may change it                                         |
/// | free     | odd      | no                  | the cache                                                 |
/// | claimed  | odd      | yes                 | the thread that claimed it: a read miss or a write guard  |
/// | valid    | even     | yes                 | nobody but `stamp`; becomes claimed or free if not pinned |
/// | orphan   | even     | no (newer copy, or table full) | nobody; becomes free with its last pin         |
///
/// Reading without a lock or an atomic read-modify-write: load `sequence` (even), compare `block`, compare `stamp` with
/// the validity word, load `data`, load `sequence` again, copy, load `sequence` again. A changed sequence means that
/// the copy was reused meanwhile; an unchanged one, that all that was read belongs together and was current when the
/// validity word was loaded. The sequence is looked at before `data` is followed because the data of another block may
/// be shorter, and reading past them may leave the memory of the cache. To keep a copy beyond that, pin it: count
/// `pins` up, then look at `sequence` again. Whoever wants to reuse a copy makes `sequence` odd first and then looks at
/// `pins`; both sides use sequentially consistent operations, so at least one sees the other.
struct alignas(64) replica {
  static constexpr std::size_t small_bytes = 16;

  std::atomic<std::uint64_t> sequence{1};
  std::atomic<std::uint64_t> block{0};
  std::atomic<std::uint64_t> stamp{0};  ///< the validity word before the fetch
  std::atomic<std::byte*> data{nullptr};
  std::atomic<std::uint64_t> version{0};  ///< of the block; while free, the cache's own
  std::atomic<std::uint32_t> pins{0};
  std::atomic<bool> referenced{false};  ///< used since the eviction hand last passed
  std::atomic<bool> orphan{false};
  std::uint16_t unused = 0;
  alignas(16) std::byte small[small_bytes];  ///< the data of blocks that fit, on the line of the header
};
static_assert(sizeof(replica) == 64);

/// Where a block's replica is found: a table of buckets of eight references, one cache line each, two buckets per
/// block. A reference is a tag in the high half and the number of the replica, from 1, in the low half.
struct replica_place {
  static constexpr std::size_t ways = 8;

  std::uint64_t first;   ///< bucket
  std::uint64_t second;  ///< the other bucket
  std::uint32_t tag;

  static replica_place of(address block, std::uint64_t bucket_mask) {
    std::uint64_t mixed = block.bits() * 0x9E3779B97F4A7C15U;
    mixed ^= mixed >> 32U;
    mixed *= 0xD6E8FEB86659FD93U;
    const auto tag = static_cast<std::uint32_t>(mixed >> 32U);
    const std::uint64_t first = (mixed >> 24U) & bucket_mask;
    return {.first = first, .second = (first ^ ((mixed >> 7U) | 1U)) & bucket_mask, .tag = tag};
  }
};

}  // namespace liana::detail
