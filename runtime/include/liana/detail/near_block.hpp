#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <liana/detail/directory_entry.hpp>
#include <liana/detail/rank.hpp>

/// The steps of a write to a block whose home is on this host: runtime/coherence/README.md, "Near accesses", write
/// guard. Near ranks never use the atomics of the lock word (R1): they look at it, and yield to the rank that has it.
namespace liana::detail {

/// One try to set near.writer.
[[gnu::always_inline]] inline bool try_take_near(directory_entry& entry, rank_t me) {
  std::uint64_t expected = 0;
  if (!entry.near.compare_exchange_strong(expected, near_writer(me), std::memory_order_seq_cst)) {
    return false;
  }
  // The exchange was the full fence: either this load sees the far writer's lock, or the far writer sees near.writer
  // (R6).
  if (entry.lock.load(std::memory_order_seq_cst) == 0) {
    // A rank that copies, by try_near_read, what the holder is about to write sees the exchange when it looks again.
    std::atomic_thread_fence(std::memory_order_release);
    return true;
  }
  entry.near.store(0, std::memory_order_release);
  return false;
}

using sharer_words = std::array<std::uint64_t, directory_entry::sharer_bytes / 8>;

/// The marks of an entry that this rank holds as near writer: whom a write has to invalidate.
[[gnu::always_inline]] inline sharer_words sharers_of(const directory_entry& entry) {
  sharer_words words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    // Either this load, in one order with the exchange on `near`, sees a mark, or the rank that set it sees the
    // exchange: the fence of near_fetch stands between its mark and its look at `near`.
    words[i] = entry.sharers[i].load(std::memory_order_seq_cst);
  }
  return words;
}

[[gnu::always_inline]] inline bool any_mark(const sharer_words& words) {
  std::uint64_t any = 0;
  for (const std::uint64_t word : words) {
    any |= word;
  }
  return any != 0;
}

/// What ends a write: a new version, and then no sharers.
[[gnu::always_inline]] inline void begin_version(directory_entry& entry) {
  entry.version.store(entry.version.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  // R8: after the data, before the block is free. Not only where a mark was seen: one may have come during the write.
  for (auto& word : entry.sharers) {
    word.store(0, std::memory_order_release);
  }
}

/// Ends a hold for writing: version + 1, no sharers, nobody holds the block.
[[gnu::always_inline]] inline void give_near(directory_entry& entry) {
  begin_version(entry);
  entry.near.store(0, std::memory_order_release);
}

}  // namespace liana::detail
