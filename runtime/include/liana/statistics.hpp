#pragma once

#include <cstdint>

#include <liana/detail/rank.hpp>

namespace liana {

/// What one rank has done since its runtime started. "Remote" is what goes through the transport, to homes on other
/// hosts (or pretended hosts).
struct statistics {
  std::uint64_t hits = 0;                    ///< reads served by a replica of this rank
  std::uint64_t misses = 0;                  ///< reads that went to the home, revalidations included
  std::uint64_t revalidations = 0;           ///< misses that found their replica still current, so that no data moved
  std::uint64_t invalidations_sent = 0;      ///< stamps written, one for each host that shares a written block
  std::uint64_t invalidations_received = 0;  ///< replicas found out of date when they were wanted again
  std::uint64_t spurious_misses =
      0;  ///< replicas doubted though their block was unchanged: another block shares the validity word
  std::uint64_t evictions = 0;      ///< replicas given up to make room
  std::uint64_t bytes_read = 0;     ///< of data, remotely; not counting directory entries
  std::uint64_t bytes_written = 0;  ///< of data, remotely
  std::uint64_t lock_retries = 0;   ///< attempts to take a block for writing that found it held
  std::uint64_t home_accesses = 0;  ///< accesses in place, to homes on this host
};

/// The counters of this rank, of all its threads together. While other threads count, each counter is read at another
/// moment. Throws usage_error without a runtime. Any thread.
[[nodiscard]] statistics stats();

}  // namespace liana
