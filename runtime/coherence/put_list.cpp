#include "runtime/coherence/put_list.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <liana/error.hpp>

#include "runtime/coherence/prefetch.hpp"
#include "runtime/coherence/read_window.hpp"
#include "runtime/report/log.hpp"
#include "runtime/state/wait.hpp"

namespace liana::detail {
namespace {

/// As many as the requests of a connection's queue, 256, allow: three for the lock, three for the release.
constexpr std::size_t most_under_way = 64;

}  // namespace

struct put_list::pending {
  pending(runtime_state& its_state, address its_at, std::size_t its_bytes, replica& its_copy)
      : state(its_state), at(its_at), bytes(its_bytes), copy(&its_copy), write(its_state, its_at.block(), nullptr) {
    told->block = its_at.block();
  }
  pending(const pending&) = delete;
  pending& operator=(const pending&) = delete;
  pending(pending&&) = delete;
  pending& operator=(pending&&) = delete;
  ~pending() {
    if (copy != nullptr) {
      state.replicas->abandon(*copy);
    }
  }

  void end(std::exception_ptr failure) const noexcept {
    told->failure = std::move(failure);
    told->over.store(true, std::memory_order_release);
  }

  runtime_state& state;
  address at;
  std::size_t bytes;
  replica* copy;  ///< claimed; the bytes are there already
  far_write write;
  std::shared_ptr<begun_put> told = std::make_shared<begun_put>();
};

put_list::put_list() = default;

put_list::~put_list() = default;

std::shared_ptr<begun_put> put_list::start(runtime_state& state, address at, const void* from, std::size_t bytes) {
  const std::size_t most = std::clamp<std::size_t>(window_bytes / at.block_bytes(), 1, most_under_way);
  if (progress(state) >= most) {
    waiter wait(state, "put", at.block());
    while (progress(state) >= most) {
      wait.step(nobody);
    }
  }
  auto claim = claim_replica(state, at.block(), "put");
  while (claim.copy == nullptr) {
    claim = claim_replica(state, at.block(), "put");
  }
  // A replica that somebody has pinned was replaced, not claimed, and would still be found by its hint: this thread
  // would read what was there before its own put.
  invalidate_here(state, at.block());
  std::unique_ptr<pending> begun;
  try {
    begun = std::make_unique<pending>(state, at, bytes, *claim.copy);
  } catch (...) {
    state.replicas->abandon(*claim.copy);
    throw;
  }
  std::memcpy(claim.copy->data.load(std::memory_order_relaxed) + at.offset_in_block(), from, bytes);
  std::shared_ptr<begun_put> told = begun->told;
  const std::scoped_lock lock(mutex_);
  if (!finish(state, *begun)) {
    under_way_.push_back(std::move(begun));
    count_.store(under_way_.size(), std::memory_order_release);
  }
  return told;
}

std::size_t put_list::progress(runtime_state& state) {
  if (count_.load(std::memory_order_acquire) == 0) {
    return 0;
  }
  const std::scoped_lock lock(mutex_);
  std::erase_if(under_way_, [&](const std::unique_ptr<pending>& each) { return finish(state, *each); });
  count_.store(under_way_.size(), std::memory_order_release);
  return under_way_.size();
}

bool put_list::finish(runtime_state& state, pending& each) {
  try {
    if (!each.write.step()) {
      each.told->holder.store(each.write.holder(), std::memory_order_relaxed);
      return false;
    }
    release(state, each);
    each.end(nullptr);
  } catch (...) {
    each.end(std::current_exception());
  }
  return true;
}

/// The block is this rank's alone.
void put_list::release(runtime_state& state, pending& each) {
  const std::uint64_t version = each.write.version();
  const address block = each.at.block();
  replica& copy = *each.copy;
  std::byte* const from = copy.data.load(std::memory_order_relaxed) + each.at.offset_in_block();
  const bool whole = each.bytes == block.block_bytes();
  each.write.keep_hold();
  if (!whole && each.bytes <= transport::inline_bytes) {
    // They are copied when the release is posted, and the claim ends with this put.
    release_far(state, each.at, {from, each.bytes}, version, after_release::no_replica, nullptr);
    return;
  }
  copy.stamp.store(state.validity(block), std::memory_order_relaxed);
  each.copy = nullptr;
  release_far(state, each.at, {from, each.bytes}, version,
              whole ? after_release::keep_replica : after_release::scratch_replica, &copy);
}

bool put_list::has(address block) {
  if (count_.load(std::memory_order_acquire) == 0) {
    return false;
  }
  const std::scoped_lock lock(mutex_);
  return std::ranges::any_of(under_way_, [block](const auto& each) { return each->write.block() == block; });
}

void put_list::give_up(const begun_put& which, const std::exception_ptr& because) {
  std::unique_ptr<pending> given_up;  // goes without the mutex: it waits for what is under way
  {
    const std::scoped_lock lock(mutex_);
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
  const std::scoped_lock lock(mutex_);
  for (const auto& each : under_way_) {
    each->end(std::make_exception_ptr(usage_error("put: the runtime has ended before it was carried out")));
  }
  under_way_.clear();
  count_.store(0, std::memory_order_release);
}

void finish_puts_to(runtime_state& state, address block) {
  if (!state.puts->has(block)) {
    return;
  }
  waiter wait(state, "put", block);
  do {
    wait.step(nobody);
  } while (state.puts->has(block));
}

// ---- what the handles call ----

std::shared_ptr<begun_put> begin_far_put(address at, const void* from, std::size_t bytes) {
  runtime_state& state = require_runtime("async_put");
  static_cast<void>(checked_block(state, at, bytes, "async_put"));
  return state.puts->start(state, at, from, bytes);
}

bool try_finish_put(const begun_put& which) {
  if (which.over.load(std::memory_order_acquire)) {
    return true;
  }
  runtime_state& state = *current->state;
  state.wire->progress();
  state.puts->progress(state);
  return which.over.load(std::memory_order_acquire);
}

void finish_put(const begun_put& which) {
  if (!try_finish_put(which)) {
    runtime_state& state = *current->state;
    try {
      waiter wait(state, "put", which.block);
      do {
        wait.step(which.holder.load(std::memory_order_relaxed));
      } while (!which.over.load(std::memory_order_acquire));
    } catch (...) {
      state.puts->give_up(which, std::current_exception());
      throw;
    }
  }
  if (which.failure != nullptr) {
    std::rethrow_exception(which.failure);
  }
}

void finish_put_noexcept(const begun_put& which) noexcept {
  try {
    finish_put(which);
  } catch (const std::exception& problem) {
    log::error("a put that nobody waited for: {}", problem.what());
  }
}

bool find_lost(address block, rank_t holder, std::uint32_t& polls) {
  constexpr std::uint32_t calls_per_look = 1024;
  if (++polls % calls_per_look != 0) {
    return false;
  }
  runtime_state& state = require_runtime("ready");
  const auto lost = [&state](rank_t each) { return each != nobody && each != state.rank() && state.wire->lost(each); };
  return lost(block.home()) || lost(holder);
}

bool try_read_bytes(address at, void* to, std::size_t bytes) {
  runtime_state& state = state_for(at, bytes, "async_get");
  const address block = at.block();
  state.wire->progress();
  state.puts->progress(state);
  if (state.near(at.home())) {
    const bool read = try_near_read(state.homes[static_cast<std::size_t>(at.home())], at, to, bytes);
    if (read) {
      count(counter::home_accesses);
    }
    return read;
  }
  const std::array wanted{block};
  state.prefetches->start(state, wanted);
  const bool read = try_hit(state.hot, at, to, bytes);
  if (read) {
    count(counter::hits);
  }
  return read;
}

}  // namespace liana::detail
