#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_set>

#include <liana/detail/address.hpp>
#include <liana/detail/annotated_mutex.hpp>

#include "runtime/state/runtime_state.hpp"

namespace liana::detail {

/// Blocks that this rank's program may write as plain memory, because it has asked for `local()` pointers or spans. The
/// protocol sees no such write, so every collective call, where plain memory changes hands, invalidates whatever
/// replicas they have: of this rank's own blocks from then on, of another rank's blocks once.
///
/// Thread-safe.
class exposed_blocks {
 public:
  /// `count` blocks of this rank in a row from `first`.
  void add(address first, std::size_t count);

  /// Blocks of this rank are freed.
  void remove(address first, std::size_t count);

  /// A near block of another rank, until the next `publish`. The home keeps what is destroyed meanwhile.
  void add_until_published(const runtime_state& state, address block);

  /// Invalidates the replicas of all of them. Waits for no rank that holds a block.
  void publish(runtime_state& state);

 private:
  annotated_mutex mutex_;
  std::map<std::uint64_t, std::size_t> runs_ LIANA_GUARDED_BY(mutex_);    // number of blocks by the first one's address
  std::unordered_set<std::uint64_t> of_others_ LIANA_GUARDED_BY(mutex_);  // addresses of blocks
};

}  // namespace liana::detail
