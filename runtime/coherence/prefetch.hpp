#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include <liana/detail/address.hpp>

#include "runtime/coherence/read_miss.hpp"

namespace liana::detail {

/// Read misses that were started and that nobody waits for. A prefetch is a hint: it gives up when the block is held by
/// a writer, when there is no room, and when the home is gone; whoever then reads the block finds out. Thread-safe.
class prefetch_list {
 public:
  /// Starts to fetch a far block unless it is here, or on its way, already.
  void start(runtime_state& state, address block);

  /// Publishes what has arrived; returns how many are still under way.
  std::size_t progress(runtime_state& state);

 private:
  struct pending {
    pending(runtime_state& state, address block, replica& copy, bool was_kept);
    read_miss miss;
    bool kept;
    std::uint64_t old_version;
  };

  /// Whether it has come to an end, good or bad.
  static bool finish(runtime_state& state, pending& each);

  std::mutex mutex_;
  std::vector<std::unique_ptr<pending>> under_way_;
};

}  // namespace liana::detail
