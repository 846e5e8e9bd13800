#include "runtime/coherence/prefetch.hpp"

#include <algorithm>
#include <utility>

#include <liana/error.hpp>

#include "runtime/coherence/coherence.hpp"
#include "runtime/log.hpp"

namespace liana::detail {
namespace {

/// More than these are not worth keeping track of; further hints are dropped.
constexpr std::size_t most_under_way = 256;

}  // namespace

prefetch_list::pending::pending(runtime_state& state, address block, replica& copy, bool was_kept)
    : miss(state, block, copy, was_kept), kept(was_kept), old_version(copy.version.load(std::memory_order_relaxed)) {}

void prefetch_list::start(runtime_state& state, address block) {
  if (find_valid_replica(state.hot, block).copy != nullptr) {
    return;
  }
  progress(state);
  const std::scoped_lock lock(mutex_);
  if (under_way_.size() >= most_under_way) {
    return;
  }
  const auto claim = state.replicas->claim(block);
  if (claim.result != cache::claim_result::claimed) {
    return;
  }
  std::unique_ptr<pending> begun;
  try {
    begun = std::make_unique<pending>(state, block, *claim.copy, claim.kept);
  } catch (...) {
    state.replicas->abandon(*claim.copy);
    throw;
  }
  if (!finish(state, *begun)) {
    under_way_.push_back(std::move(begun));
  }
}

std::size_t prefetch_list::progress(runtime_state& state) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(under_way_, [&](const std::unique_ptr<pending>& each) { return finish(state, *each); });
  return under_way_.size();
}

bool prefetch_list::finish(runtime_state& state, pending& each) {
  try {
    if (each.miss.step()) {
      count_fetched(each.kept, each.miss.copy().version.load(std::memory_order_relaxed) == each.old_version);
      state.replicas->publish(each.miss.copy(), false);
      return true;
    }
    if (!each.miss.rejected()) {
      return false;
    }
  } catch (const error& problem) {
    log::debug("prefetch given up: {}", problem.what());
  }
  state.replicas->abandon(each.miss.copy());
  return true;
}

}  // namespace liana::detail
