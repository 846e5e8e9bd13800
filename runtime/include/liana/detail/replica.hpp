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
/// | valid    | even     | yes                 | nobody; becomes claimed or free if not pinned             |
/// | orphan   | even     | no (newer copy, or table full) | nobody; becomes free with its last pin         |
///
/// Reading without a lock or an atomic read-modify-write, and the edge of the C++ memory model that each step needs
/// (`x -> y`: x happens before y). A generation is what lies between a claim and the next one.
///
///   1. Load the reference, or the hint. Insertion's release store -> this acquire load: the header is made. It is
///      never destroyed, so a hint out of date leads to a header too, and step 3 tells whose.
///   2. Load `sequence`: even. Publish's release store -> this acquire load: all that follows reads this generation or
///      a later one. (A claim that finds a pin puts the value back, having acquired it from publish itself.)
///   3. Compare `block`; load the validity word, where the read takes effect; compare `stamp`. Stamps are used once, so
///      an equal one says that no invalidation had come. find_valid_replica says in what order the word is loaded.
///   4. Load `data`; look at `sequence` again. Were `data` of a later generation: odd store -> fence of `allocate` ->
///      this acquire load, so the sequence differs, and nobody reads past the end of what may be shorter.
///   5. Copy the bytes (racing_copy); acquire fence; look at `sequence` once more. Were anything of 3 to 5 of a later
///      generation, or of another block that was given the memory: odd store -> release fence of `claim` or `allocate`,
///      which comes before the first write -> this fence, so the sequence differs. Bytes that a device writes come
///      after the fence too, because posting does.
///
/// To keep a copy, pin it instead of 4 and 5: count `pins` up, then look at `sequence` again. A thread that wants to
/// reuse it makes `sequence` odd, then looks at `pins`. All four are sequentially consistent: a pin that saw the old
/// sequence comes before the odd store in their one order, so that claim sees the pin; no later generation has begun,
/// and what 3 compared was of this one. The last unpin's release -> the claim's look at `pins`: nobody reads any more.
///
/// One step is the machine's, not the model's: the bytes that a write guard's second owner, another thread, writes have
/// no fence of that thread before them. On x86, Armv8 and RISC-V all others see a store at once, which suffices.
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

/// Counts a pin. False when the replica is no more what it was at `sequence`: the pin must then be taken off again.
inline bool count_pin(replica& copy, std::uint64_t sequence) noexcept {
  copy.pins.fetch_add(1, std::memory_order_seq_cst);
  return copy.sequence.load(std::memory_order_seq_cst) == sequence;
}

/// Takes a pin off. True when it was the last one of an orphan, which is then to be freed.
inline bool count_unpin(replica& copy) noexcept {
  return copy.pins.fetch_sub(1, std::memory_order_seq_cst) == 1 && copy.orphan.load(std::memory_order_seq_cst);
}

/// Where a block's replica is found: a table of buckets of eight references, one cache line each, two buckets per
/// block. A reference is a tag in the high half and the number of the replica, from 1, in the low half. A second table,
/// of hints, with one place per block that others may take, is looked at first and leads to most replicas in one load.
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
