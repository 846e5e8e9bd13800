#pragma once

#include <optional>
#include <utility>

#include "runtime/coherence/prefetch_list.hpp"
#include "runtime/coherence/put_list.hpp"
#include "runtime/coherence/release_queue.hpp"
#include "runtime/state/runtime_state.hpp"

namespace liana::detail {

/// What the protocol keeps with a runtime: the accesses of this rank that were begun and that no thread waits for. Each
/// list has a lock of its own; any thread uses them.
class protocol final : public begun_work {
 public:
  /// Puts hold blocks that other ranks may wait for.
  void move_on() override { puts.progress(); }

  void finish_arrived() override {
    if (prefetches.has_value()) {
      prefetches->progress();
    }
  }

  /// A release that has failed leaves its block locked.
  void check(runtime_state& state) override { releases.progress(state); }

  /// At the end of the runtime, when this thread is alone and the transport still there: waits for what is under way.
  void give_up_all() {
    puts.give_up_all();
    prefetches.reset();
  }

  release_queue releases;  ///< far releases under way
  put_list puts;           ///< far puts that are waited for later
  std::optional<prefetch_list> prefetches{
      std::in_place};  ///< read misses that no thread waits for; until `give_up_all`
};

inline protocol& protocol_of(const runtime_state& state) { return *static_cast<protocol*>(state.begun.get()); }

}  // namespace liana::detail
