#include "runtime/coherence/fetch.hpp"

#include <utility>

#include <liana/detail/thread_state.hpp>

#include "runtime/coherence/near_access.hpp"
#include "runtime/state/wait.hpp"

namespace liana::detail {
namespace {

/// Counts what a fetch has found: whether the block had changed since the older replica, where one was kept.
void count_fetched(bool kept, bool unchanged) {
  count(counter.misses);
  if (!kept) {
    return;
  }
  if (unchanged) {
    count(counter.spurious_misses);
    count(counter.revalidations);
  } else {
    count(counter.invalidations_received);
  }
}

replica& publish_fetched(claimed_replica& copy, std::uint64_t old_version, bool pinned) {
  count_fetched(copy.kept(), copy->version.load(std::memory_order_relaxed) == old_version);
  return copy.publish(pinned);
}

}  // namespace

far_fetch::far_fetch(runtime_state& state, address block, claimed_replica&& copy, when_all_are_lent then)
    : copy_(std::move(copy)),
      old_version_(copy_->version.load(std::memory_order_relaxed)),
      miss_(state, block, *copy_, copy_.kept(), then) {}

replica& far_fetch::publish(bool pinned) { return publish_fetched(copy_, old_version_, pinned); }

replica& fetch_replica(runtime_state& state, address block, claimed_replica&& copy) {
  if (state.near(block.home())) {
    const std::uint64_t old_version = copy->version.load(std::memory_order_relaxed);
    near_fetch(state, block, *copy, copy.kept());
    return publish_fetched(copy, old_version, true);
  }
  far_fetch fetch(state, block, std::move(copy));
  if (!fetch.miss().step()) {
    waiter wait(state, "read", block);
    do {
      wait.step(fetch.miss().holder());
    } while (!fetch.miss().step());
  }
  return fetch.publish(true);
}

}  // namespace liana::detail
