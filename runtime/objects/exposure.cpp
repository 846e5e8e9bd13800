#include "runtime/objects/exposure.hpp"

#include <algorithm>
#include <array>

#include <liana/detail/access.hpp>
#include <liana/detail/array_access.hpp>

#include "runtime/coherence/coherence.hpp"
#include "runtime/objects/objects.hpp"
#include "runtime/state/holds.hpp"

namespace liana::detail {
namespace {

bool has_sharers(const directory_entry& entry) {
  return std::ranges::any_of(entry.sharers, [](const auto& word) { return word.load(std::memory_order_acquire) != 0; });
}

address nth_block(address first, std::size_t n) {
  return first.advanced(static_cast<std::int64_t>(n << first.block_log2()));
}

/// Invalidates the replicas of one near block, if there are any, because it may have been written as plain memory.
void publish_plain_writes(runtime_state& state, address block) {
  directory_entry& entry = entry_of(state, block);
  if (!has_sharers(entry)) {
    return;
  }
  // What this thread holds for writing is published by its release.
  if (find_own_hold(state, block) != own_hold::writing && !invalidate_in_place(state, block)) {
    take_near(state, block, "barrier");
    give_near(entry);
  }
}

}  // namespace

void exposed_blocks::add(address first, std::size_t count) {
  const annotated_lock lock(mutex_);
  std::size_t& known = runs_[first.bits()];
  known = std::max(known, count);
}

void exposed_blocks::remove(address first, std::size_t count) {
  const annotated_lock lock(mutex_);
  runs_.erase(runs_.lower_bound(first.bits()), runs_.lower_bound(nth_block(first, count).bits()));
}

void exposed_blocks::publish(runtime_state& state) {
  const annotated_lock lock(mutex_);
  for (const auto& [first, count] : runs_) {
    for (std::size_t i = 0; i < count; ++i) {
      publish_plain_writes(state, nth_block(address(first), i));
    }
  }
}

void expose(address at) {
  runtime_state& state = require_runtime("local");
  if (at.home() == state.rank()) {
    objects_of(state).exposed.add(at.block(), 1);
  } else {
    publish_plain_writes(state, at.block());
  }
}

void expose_own_blocks(const array_storage& storage) {
  if (const std::size_t blocks = blocks_of(storage, storage.rank); blocks != 0) {
    objects_of(require_runtime("array::local"))
        .exposed.add(storage.first[static_cast<std::size_t>(storage.rank)], blocks);
  }
}

}  // namespace liana::detail
