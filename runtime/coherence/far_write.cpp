#include "runtime/coherence/far_write.hpp"

#include <array>
#include <cassert>
#include <cstring>
#include <utility>

#include <liana/detail/print.hpp>

#include "runtime/coherence/invalidate.hpp"
#include "runtime/coherence/protocol.hpp"
#include "runtime/report/log.hpp"
#include "runtime/state/completion.hpp"
#include "runtime/state/holds.hpp"

namespace liana::detail {
namespace {

using transport::operation;

std::uint64_t lock_of(const runtime_state& state) { return static_cast<std::uint64_t>(state.rank()) + 1; }

/// Where the lock word of a block lies in its home's segment.
std::uint64_t lock_at(const runtime_state& state, address block) {
  return state.entry_at(block) + offsetof(directory_entry, lock);
}

}  // namespace

far_write::far_write(runtime_state& state, address block, std::byte* fetch_to, when_all_are_lent then)
    : state_(state), block_(block), fetch_to_(fetch_to), seen_(state, then) {}

far_write::~far_write() {
  while (!done_.done()) {
    state_.wire->progress();
  }
  if (phase_ == phase::locking && done_.failed_peer() == nobody && seen_->before == 0) {
    locked_ = true;  // the lock came in after the wait had been given up
  }
  if (locked_ && phase_ != phase::released) {
    unlock();
  }
}

/// runtime/coherence/README.md, "Far write", up to the hold.
bool far_write::step() {
  assert(phase_ != phase::held && phase_ != phase::released);
  if (phase_ == phase::idle) {
    post_lock();  // R1
  }
  if (!done_.done()) {
    return false;
  }
  check_completion(state_, done_, "write", block_);
  if (phase_ == phase::locking && !has_lock()) {
    phase_ = phase::idle;
    return false;
  }
  if (phase_ != phase::invalidating) {
    if (has_near_holders()) {
      post_read();  // R6
      return false;
    }
    version_ = seen_->version();
    if (fetch_to_ != nullptr) {
      count(counter.bytes_read, block_.block_bytes());
    }
    phase_ = phase::invalidating;
    post_invalidations(state_, block_, seen_->sharers(), done_);
    if (!done_.done()) {
      return false;
    }
    check_completion(state_, done_, "write", block_);
  }
  phase_ = phase::held;  // R7: every host that shares has the stamp
  return true;
}

void far_write::wait_until_held(const char* operation) {
  if (step()) {
    return;
  }
  refuse_own_hold(state_, block_, operation);
  waiter wait(state_, operation, block_);
  while (!step()) {
    wait.step(holder_);
  }
}

/// The first chain. Only the transport's atomics touch the lock (R1).
void far_write::post_lock() {
  const std::array chain{
      operation::compare_swap(lock_at(state_, block_), 0, lock_of(state_), &seen_->before),
      operation::read(state_.entry_at(block_), seen_->entry.data(), entry_bytes),
      operation::read(state_.data_at(block_), fetch_to_, block_.block_bytes()),
  };
  seen_->before = lock_of(state_);  // anything but 0, in case that nothing is posted
  phase_ = phase::locking;
  state_.wire->post(block_.home(), std::span(chain).first(fetch_to_ != nullptr ? 3 : 2), done_);
}

/// Whether the compare-and-swap took the lock. Notes who has it otherwise.
bool far_write::has_lock() {
  if (seen_->before != 0) {
    holder_ = static_cast<rank_t>(seen_->before - 1);
    count(counter.lock_retries);
    return false;
  }
  locked_ = true;
  return true;
}

/// R6: near holders finish what they began before they saw the lock.
bool far_write::has_near_holders() {
  if (seen_->near() != 0) {
    holder_ = has_near_writer(seen_->near()) ? static_cast<rank_t>((seen_->near() >> 32U) - 1) : block_.home();
    return true;
  }
  return false;
}

/// The entry, and the data, as they are after the near holders have gone. The lock is kept meanwhile.
void far_write::post_read() {
  const std::array chain{
      operation::read(state_.entry_at(block_), seen_->entry.data(), entry_bytes),
      operation::read(state_.data_at(block_), fetch_to_, block_.block_bytes()),
  };
  phase_ = phase::draining;
  state_.wire->post(block_.home(), std::span(chain).first(fetch_to_ != nullptr ? 2 : 1), done_);
}

void far_write::unlock() noexcept {
  try {
    const std::array chain{operation::compare_swap(lock_at(state_, block_), lock_of(state_), 0, nullptr)};
    state_.wire->post(block_.home(), chain, done_);
    while (!done_.done()) {
      state_.wire->progress();
    }
  } catch (const std::exception& problem) {
    log::error("unlocking {} failed: {}", to_string(block_), problem.what());
  }
}

namespace {

/// Without memory for a release that nobody waits for. `kept`: the replica that becomes valid.
void release_and_wait(runtime_state& state, address block, std::span<const operation> chain, claimed_replica* kept) {
  transport::completion done;
  state.wire->post(block.home(), chain, done);  // R8: in this order
  while (!done.done()) {
    state.wire->progress();
  }
  check_completion(state, done, "release of a write", block);
  if (kept != nullptr) {
    kept->publish(false);
  }
}

}  // namespace

/// runtime/coherence/README.md, "Far write", its release.
void release_far(runtime_state& state, address at, std::span<const std::byte> written, std::uint64_t version,
                 after_release what, claimed_replica&& copy) {
  const address block = at.block();
  struct {
    std::uint64_t version;
    std::array<std::byte, directory_entry::sharer_bytes> sharers;
  } end{.version = version + 1, .sharers = {}};
  if (what == after_release::keep_replica) {
    state.hosts->only_me(end.sharers.data());
    copy->version.store(version + 1, std::memory_order_relaxed);
  }
  const std::array chain{
      operation::write(state.data_at(at), written.data(), written.size()),
      operation::write(state.entry_at(block) + offsetof(directory_entry, version), &end, sizeof end),
      operation::compare_swap(lock_at(state, block), lock_of(state), 0, nullptr),
  };
  auto posted = protocol_of(state).releases.take();
  if (posted == nullptr) {
    release_and_wait(state, block, chain, what == after_release::keep_replica ? &copy : nullptr);
    return;
  }
  posted->block = block;
  if (what == after_release::keep_replica) {
    posted->pinned = &copy.publish(true);
  } else if (what == after_release::scratch_replica) {
    posted->scratch = std::move(copy);
  }
  count(counter.bytes_written, written.size());
  state.wire->post(block.home(), chain, posted->done);  // R8: in this order
  protocol_of(state).releases.put(state, std::move(posted));
}

}  // namespace liana::detail
