#include "runtime/coherence/put_list.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include <liana/error.hpp>

#include "runtime/coherence/far_put.hpp"
#include "runtime/coherence/invalidate.hpp"
#include "runtime/coherence/protocol.hpp"
#include "runtime/coherence/read_window.hpp"
#include "runtime/state/wait.hpp"

namespace liana::detail {
namespace {

/// As many as the requests of a connection's queue, 256, allow: three for the lock, three for the release.
constexpr std::size_t most_puts_under_way = 64;

}  // namespace

struct put_list::pending {
  pending(runtime_state& state, address at, std::span<const std::byte> bytes, claimed_replica copy)
      : put(state, at, bytes, std::move(copy)) {
    put.take_bytes();
    told->block = at.block();
  }

  void end(std::exception_ptr failure) const noexcept {
    told->failure = std::move(failure);
    told->over.store(true, std::memory_order_release);
  }

  far_put put;
  std::shared_ptr<begun_put> told = std::make_shared<begun_put>();
};

put_list::put_list() = default;

put_list::~put_list() = default;

std::shared_ptr<begun_put> put_list::start(runtime_state& state, address at, const void* from, std::size_t bytes) {
  const std::size_t most = std::clamp<std::size_t>(window_bytes / at.block_bytes(), 1, most_puts_under_way);
  if (progress() >= most) {
    waiter wait(state, "put", at.block());
    while (progress() >= most) {
      wait.step(nobody);
    }
  }
  claimed_replica copy = claim_replica_for_write(state, at.block(), "put");
  // A replica that somebody has pinned was replaced, not claimed, and would still be found by its hint: this thread
  // would read what was there before its own put.
  invalidate_here(state, at.block());
  auto begun =
      std::make_unique<pending>(state, at, std::span(static_cast<const std::byte*>(from), bytes), std::move(copy));
  std::shared_ptr<begun_put> told = begun->told;
  const annotated_lock lock(mutex_);
  if (!finish(*begun)) {
    under_way_.push_back(std::move(begun));
    count_.store(under_way_.size(), std::memory_order_release);
  }
  return told;
}

std::size_t put_list::progress() {
  if (count_.load(std::memory_order_acquire) == 0) {
    return 0;
  }
  const annotated_lock lock(mutex_);
  std::erase_if(under_way_, [](const std::unique_ptr<pending>& each) { return finish(*each); });
  count_.store(under_way_.size(), std::memory_order_release);
  return under_way_.size();
}

bool put_list::finish(pending& each) {
  try {
    far_write& write = each.put.write();
    if (!write.step()) {
      each.told->holder.store(write.holder(), std::memory_order_relaxed);
      return false;
    }
    each.put.release();
    each.end(nullptr);
  } catch (...) {
    each.end(std::current_exception());
  }
  return true;
}

bool put_list::has(address block) {
  if (count_.load(std::memory_order_acquire) == 0) {
    return false;
  }
  const annotated_lock lock(mutex_);
  return std::ranges::any_of(under_way_, [block](const auto& each) { return each->put.write().block() == block; });
}

void put_list::give_up(const begun_put& which, const std::exception_ptr& because) {
  std::unique_ptr<pending> given_up;  // goes without the mutex: it waits for what is under way
  {
    const annotated_lock lock(mutex_);
    const auto found = std::ranges::find_if(under_way_, [&](const auto& each) { return each->told.get() == &which; });
    if (found == under_way_.end()) {
      return;
    }
    given_up = std::move(*found);
    under_way_.erase(found);
    count_.store(under_way_.size(), std::memory_order_release);
  }
  given_up->end(because);
}

void put_list::give_up_all() {
  const annotated_lock lock(mutex_);
  for (const auto& each : under_way_) {
    each->end(std::make_exception_ptr(usage_error("put: the runtime ended before the put was carried out")));
  }
  under_way_.clear();
  count_.store(0, std::memory_order_release);
}

void finish_puts_to(runtime_state& state, address block) {
  if (!protocol_of(state).puts.has(block)) {
    return;
  }
  waiter wait(state, "put", block);
  do {
    wait.step(nobody);
  } while (protocol_of(state).puts.has(block));
}

}  // namespace liana::detail
