#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include <liana/detail/address.hpp>
#include <liana/detail/annotated_mutex.hpp>

#include "runtime/state/runtime_state.hpp"

namespace liana::detail {

/// Blocks of this rank that the program may write as plain memory, because it has asked for `local()` pointers or
/// spans. The protocol sees no such write, so every collective call, where plain memory changes hands, invalidates
/// whatever replicas they have.
///
/// Thread-safe.
class exposed_blocks {
 public:
  /// `count` blocks in a row from `first`.
  void add(address first, std::size_t count);

  /// The blocks are freed.
  void remove(address first, std::size_t count);

  /// Invalidates the replicas of all of them.
  void publish(runtime_state& state);

 private:
  annotated_mutex mutex_;
  std::map<std::uint64_t, std::size_t> runs_ LIANA_GUARDED_BY(mutex_);  // number of blocks by the first one's address
};

}  // namespace liana::detail
