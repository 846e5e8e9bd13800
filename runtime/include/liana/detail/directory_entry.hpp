#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <liana/detail/address.hpp>
#include <liana/detail/rank.hpp>

namespace liana::detail {

/// The directory entry of a block, at the block's home, on a cache line of its own. The order of the fields is part of
/// the protocol: a line is read in ascending order at worst, so `lock` is read before the fields that it guards.
///
/// | field     | who writes it                               | how                                       |
/// | lock      | far writers                                 | the transport's atomics only, unlock too (R1) |
/// | near      | CPUs of the home's host                     | CPU atomics; far ranks only read it       |
/// | version   | the holder of the block                     | store or RDMA write, while holding it     |
/// | sharers   | a sharer sets a mark; the holder clears all | store or RDMA write, never an atomic      |
struct alignas(entry_bytes) directory_entry {
  static constexpr std::size_t sharer_bytes = 40;

  std::atomic<std::uint64_t> lock;     ///< 0, or the far writer's rank + 1
  std::atomic<std::uint64_t> near;     ///< low half: readers in place; high half: 0, or the near writer's rank + 1
  std::atomic<std::uint64_t> version;  ///< grows with every write
  std::array<std::atomic<std::uint64_t>, sharer_bytes / 8> sharers;  ///< 40 marks of one byte or 20 of two
};

static_assert(sizeof(directory_entry) == entry_bytes);
static_assert(offsetof(directory_entry, lock) == 0 && offsetof(directory_entry, near) == 8);
static_assert(offsetof(directory_entry, version) == 16 && offsetof(directory_entry, sharers) == 24);

inline constexpr std::uint64_t near_reader = 1;

constexpr std::uint64_t near_writer(rank_t rank) { return (static_cast<std::uint64_t>(rank) + 1) << 32U; }
constexpr std::uint64_t near_writer_of(std::uint64_t near) { return near >> 32U; }  ///< 0: none
constexpr bool has_near_writer(std::uint64_t near) { return near_writer_of(near) != 0; }

}  // namespace liana::detail
