#include "runtime/coherence/prefetch_list.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include <liana/error.hpp>

#include "runtime/coherence/read_window.hpp"
#include "runtime/report/log.hpp"

namespace liana::detail {
namespace {

/// More than these are not worth keeping track of; further hints are dropped.
constexpr std::size_t most_prefetches_under_way = 256;

}  // namespace

std::size_t prefetch_list::start(runtime_state& state, std::span<const address> blocks) {
  const auto is_here = [&state](address block) { return find_valid_replica(state.hot, block).copy != nullptr; };
  std::size_t seen = 0;
  while (seen < blocks.size() && is_here(blocks[seen])) {
    ++seen;
  }
  if (seen == blocks.size()) {
    return seen;
  }
  const annotated_lock lock(mutex_);
  finish_arrived();
  std::size_t to_begin = 0;
  for (; seen < blocks.size(); ++seen) {
    const address block = blocks[seen];
    if (is_here(block)) {
      continue;
    }
    const bool another_home = to_begin != 0 && under_way_.back()->miss().block().home() != block.home();
    if (another_home || to_begin == joined_misses || !has_room(block)) {
      begin_last(state, std::exchange(to_begin, 0));
      finish_arrived();  // over shared memory they arrive at once
      if (!has_room(block)) {
        break;
      }
    }
    const auto result = add(state, block);
    if (result == cache::claim_result::no_memory) {
      break;
    }
    to_begin += result == cache::claim_result::claimed ? 1U : 0U;
  }
  begin_last(state, to_begin);
  finish_arrived();
  return seen;
}

bool prefetch_list::has_room(address block) const {
  std::size_t to_home = 0;
  std::size_t bytes = 0;
  for (const auto& each : under_way_) {
    if (each->miss().block().home() == block.home()) {
      ++to_home;
      bytes += each->miss().block().block_bytes();
    }
  }
  return under_way_.size() < most_prefetches_under_way && has_room_in_window(to_home, bytes, block.block_bytes());
}

/// Claims a replica for one that is not begun yet.
cache::claim_result prefetch_list::add(runtime_state& state, address block) {
  // A hint is dropped where there is no memory for a replica, or so many operations are under way already.
  try {
    claimed_replica copy(*state.replicas, block);
    if (const auto result = copy.result(); result != cache::claim_result::claimed) {
      return result;
    }
    under_way_.push_back(std::make_unique<far_fetch>(state, block, std::move(copy), when_all_are_lent::refuse));
  } catch (const resource_error&) {
    return cache::claim_result::no_memory;
  } catch (const std::bad_alloc&) {
    return cache::claim_result::no_memory;
  }
  return cache::claim_result::claimed;
}

/// Begins the `count` that were added last, all at one home.
void prefetch_list::begin_last(runtime_state& state, std::size_t count) {
  if (count < 2) {
    return;  // its first step does it
  }
  std::array<read_miss*, joined_misses> misses{};
  for (std::size_t i = 0; i < count; ++i) {
    misses[i] = &under_way_[under_way_.size() - count + i]->miss();
  }
  begin_several(state, std::span(misses).first(count));
}

std::size_t prefetch_list::progress() {
  const annotated_lock lock(mutex_);
  return finish_arrived();
}

std::size_t prefetch_list::finish_arrived() {
  std::erase_if(under_way_, [](const std::unique_ptr<far_fetch>& each) { return finish(*each); });
  return under_way_.size();
}

bool prefetch_list::finish(far_fetch& each) {
  try {
    if (each.miss().step()) {
      // Somebody will want it: what is fetched next is not to make room by it.
      each.miss().copy().referenced.store(true, std::memory_order_relaxed);
      each.publish(false);
      return true;
    }
    return each.miss().rejected();
  } catch (const std::exception& problem) {
    log::debug("prefetch given up: {}", problem.what());
    return true;
  }
}

}  // namespace liana::detail
