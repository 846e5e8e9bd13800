#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <liana/detail/address.hpp>
#include <liana/detail/annotated_mutex.hpp>

#include "runtime/coherence/fetch.hpp"
#include "runtime/state/runtime_state.hpp"

namespace liana::detail {

/// Read misses that were started and that no thread waits for. A prefetch may give up: when the block is held by a
/// writer, when there is no room, and when the home is gone. The next read of the block finds out. Thread-safe.
class prefetch_list {
 public:
  /// So many may be under way to one home: their requests fit into a connection's queue (256 are wanted of it), so that
  /// starting them never waits for the device.
  static constexpr std::size_t most_at_one_home = 64;

  /// Starts to fetch far blocks, except those that are here, or on their way, already; those at one home that follow
  /// each other by joined chains. Returns how many of the blocks were seen to, from the first on: fewer than all where
  /// enough are under way or the cache has no room for more.
  std::size_t start(runtime_state& state, std::span<const address> blocks);

  /// Publishes what has arrived; returns how many are still under way.
  std::size_t progress();

 private:
  /// Whether it has come to an end, good or bad.
  static bool finish(far_fetch& each);

  [[nodiscard]] bool has_room(address block) const LIANA_REQUIRES(mutex_);
  cache::claim_result add(runtime_state& state, address block) LIANA_REQUIRES(mutex_);
  void begin_last(runtime_state& state, std::size_t count) LIANA_REQUIRES(mutex_);
  std::size_t finish_arrived() LIANA_REQUIRES(mutex_);

  annotated_mutex mutex_;
  std::vector<std::unique_ptr<far_fetch>> under_way_ LIANA_GUARDED_BY(mutex_);
};

}  // namespace liana::detail
