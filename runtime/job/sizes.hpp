#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "runtime/machine/topology.hpp"
#include "runtime/settings/configuration.hpp"

/// How much memory a rank takes where its settings leave that open.
namespace liana::detail {

/// Memory for segments, by what limits it.
struct memory_room {
  static constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

  std::uint64_t shared_memory = unlimited;  ///< free in /dev/shm, for all ranks of the host
  std::uint64_t control_group = unlimited;  ///< left of memory.max, for all ranks of the host
  std::uint64_t file_size = unlimited;      ///< RLIMIT_FSIZE, for the segment of one rank
  std::uint64_t locked = unlimited;         ///< RLIMIT_MEMLOCK, for the segment of one rank; only where it is locked
};

/// What there is on this host now. `locks`: an RDMA device will lock the segments. Throws transport::unavailable.
memory_room find_room(const topology& machine, bool locks);

/// Bytes of a rank's segment and of its cache, in whole pages.
struct segment_sizes {
  std::size_t segment = 0;
  std::size_t cache = 0;
};

/// What the settings say, and where they say auto: a segment of 1 GiB and a cache of a quarter of it, or as much less
/// as lets all ranks of the host together fit into four fifths of the room there. No less than a setting may ask for.
segment_sizes choose_sizes(const configuration& settings, const memory_room& room, int ranks_here);

}  // namespace liana::detail
