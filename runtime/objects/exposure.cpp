#include "runtime/objects/exposure.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <vector>

#include <liana/detail/access.hpp>
#include <liana/detail/array_access.hpp>

#include "runtime/coherence/coherence.hpp"
#include "runtime/coherence/invalidate.hpp"
#include "runtime/objects/objects.hpp"
#include "runtime/state/completion.hpp"
#include "runtime/state/holds.hpp"

namespace liana::detail {
namespace {

bool has_sharers(const directory_entry& entry) {
  return std::ranges::any_of(entry.sharers, [](const auto& word) { return word.load(std::memory_order_acquire) != 0; });
}

std::atomic<std::uint64_t>& exposed_by_others(const runtime_state& state, rank_t home) {
  return reinterpret_cast<control_page*>(state.mapped(home).data())->exposed_by_others;
}

/// Makes known what was written as plain memory: no replica of a block from before is a hit any more, nor current when
/// it is revalidated. Waits for no rank, because a rank that holds a block may itself wait for this one.
class publication {
 public:
  explicit publication(runtime_state& state) : state_(state), sent_(state, "invalidation", address()) {
    // The plain writes come before the loads of the marks: a host that registers later reads what was written.
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }
  publication(const publication&) = delete;
  publication& operator=(const publication&) = delete;
  publication(publication&&) = delete;
  publication& operator=(publication&&) = delete;
  /// Where `finish` was not reached, marks may stand for hosts that were not told, so they stay for the next writer.
  ~publication() {
    for (directory_entry* const each : taken_) {
      each->version.fetch_add(1, std::memory_order_relaxed);
      each->near.store(0, std::memory_order_release);
    }
  }

  void add(address block) {
    directory_entry& entry = entry_of(state_, block);
    if (!has_sharers(entry) || find_own_hold(state_, block) == own_hold::writing) {
      return;  // what this thread holds for writing has no valid replica, and gets a version by its release
    }
    taken_.push_back(&entry);  // before it is taken: this may throw
    if (!try_take_near(entry, state_.rank())) {
      taken_.pop_back();
      // Somebody holds the block, so that no replica is made meanwhile (R3) unless all holders read. The version first:
      // a host that registers when the marks have been looked at reads it, and with it what was written. The marks
      // stay, because not every host that may set one is kept out.
      entry.version.fetch_add(1, std::memory_order_seq_cst);
    }
    const sharer_words sharers = sharers_of(entry);
    post_invalidations(state_, block, reinterpret_cast<const std::byte*>(sharers.data()), sent_.get());
  }

  void finish() {
    sent_.wait(nobody);
    for (directory_entry* const each : taken_) {
      give_near(*each);
    }
    taken_.clear();
  }

 private:
  runtime_state& state_;
  std::vector<directory_entry*> taken_;
  awaited_completion sent_;
};

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

void exposed_blocks::add_until_published(const runtime_state& state, address block) {
  const annotated_lock lock(mutex_);
  if (of_others_.insert(block.bits()).second) {
    exposed_by_others(state, block.home()).fetch_add(1, std::memory_order_seq_cst);
  }
}

void exposed_blocks::publish(runtime_state& state) {
  {
    const annotated_lock lock(mutex_);
    if (runs_.empty() && of_others_.empty()) {
      return;
    }
  }
  publication all(state);
  std::unordered_set<std::uint64_t> of_others;
  {
    const annotated_lock lock(
        mutex_);  // no block is freed before it has been taken, or the last look at its entry is over
    for (const auto& [first, count] : runs_) {
      for (std::size_t i = 0; i < count; ++i) {
        all.add(nth_block(address(first), i));
      }
    }
    for (const std::uint64_t block : of_others_) {
      all.add(address(block));
    }
    of_others.swap(of_others_);
  }
  all.finish();
  for (const std::uint64_t block : of_others) {
    exposed_by_others(state, address(block).home()).fetch_sub(1, std::memory_order_seq_cst);
  }
}

void expose(address at) {
  runtime_state& state = require_runtime("local");
  if (at.home() == state.rank()) {
    objects_of(state).exposed.add(at.block(), 1);
  } else {
    objects_of(state).exposed.add_until_published(state, at.block());
  }
}

void expose_own_blocks(const array_storage& storage) {
  if (const std::size_t blocks = blocks_of(storage, storage.rank); blocks != 0) {
    objects_of(require_runtime("array::local"))
        .exposed.add(storage.first[static_cast<std::size_t>(storage.rank)], blocks);
  }
}

}  // namespace liana::detail
