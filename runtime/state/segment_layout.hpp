#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <liana/detail/address.hpp>

namespace liana::detail {

/// What the first page of every segment holds.
struct control_page {
  /// Rounds of a dissemination barrier of 65,536 ranks.
  static constexpr std::size_t rounds = 16;

  /// One message of a collective call's meeting, written by one peer, on a line of its own. Two sets are used in turn:
  /// a peer can be one call ahead, never two.
  struct alignas(64) meeting_slot {
    std::array<std::uint64_t, 7> payload;
    std::atomic<std::uint64_t> call;  ///< the number of the call it belongs to; written last
  };

  /// A small value for a collective call, which near ranks read here. Two are used in turn: when one is written again,
  /// all ranks have met since they read it.
  struct alignas(64) value_slot {
    std::array<std::byte, 256> bytes;
  };

  /// Blocks freed by other ranks: a stack, linked through the first 8 bytes of the blocks. Takes the transport's
  /// atomics only.
  alignas(64) std::atomic<std::uint64_t> remote_frees;

  /// How many blocks of this rank other near ranks may write as plain memory and have not published yet. Near ranks
  /// only.
  std::atomic<std::uint64_t> exposed_by_others;

  /// 0, or the status with which the rank's process has called exit. Near ranks only.
  std::atomic<std::int32_t> exit_status;
  std::array<std::array<meeting_slot, rounds>, 2> meeting;
  std::array<value_slot, 2> values;
};
static_assert(sizeof(control_page) <= page_bytes);

/// How one rank's segment is laid out, in bytes from its start: what others need to reach into it.
///
///     control page | validity words (first rank of a host only) | operation buffers | cache | directory | pool
struct segment_layout {
  static constexpr std::size_t operation_buffers_bytes = std::size_t{256} * 1024;

  std::uint64_t validity = 0;  ///< 0: this rank has none
  std::uint64_t operation_buffers = 0;
  std::uint64_t cache = 0;
  std::uint64_t cache_bytes = 0;
  std::uint64_t pool = 0;  ///< the origin of the pool; the directory lies right below it
  std::uint64_t pool_bytes = 0;
  std::uint64_t bytes = 0;  ///< of all

  /// Sizes are whole pages, but for `validity_words`.
  static segment_layout make(std::size_t pool_bytes, std::size_t cache_bytes, std::size_t validity_words) {
    const auto pages = [](std::uint64_t n) { return (n + page_bytes - 1) / page_bytes * page_bytes; };
    segment_layout made;
    std::uint64_t next = page_bytes;
    if (validity_words != 0) {
      made.validity = next;
      next += pages(validity_words * sizeof(std::uint64_t));
    }
    made.operation_buffers = next;
    next += operation_buffers_bytes;
    made.cache = next;
    made.cache_bytes = cache_bytes;
    next += cache_bytes + directory_bytes(pool_bytes);
    made.pool = next;
    made.pool_bytes = pool_bytes;
    made.bytes = next + pool_bytes;
    return made;
  }
};

}  // namespace liana::detail
