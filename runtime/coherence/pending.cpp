#include <array>

#include <liana/detail/access.hpp>
#include <liana/detail/pending.hpp>
#include <liana/error.hpp>

#include "runtime/coherence/checked_address.hpp"
#include "runtime/coherence/protocol.hpp"
#include "runtime/report/log.hpp"
#include "runtime/state/runtime_state.hpp"
#include "runtime/state/wait.hpp"

namespace liana::detail {

std::uint64_t runtime_number() noexcept { return current->state != nullptr ? current->state->number : 0; }

void require_same_runtime(std::uint64_t number) {
  if (number != runtime_number()) {
    throw usage_error("wait for an access that was begun earlier: the runtime in which it was begun has ended");
  }
}

std::shared_ptr<begun_put> begin_far_put(address at, const void* from, std::size_t bytes) {
  runtime_state& state = state_for(at, bytes, "async_put");
  return protocol_of(state).puts.start(state, at, from, bytes);
}

bool try_finish_put(const begun_put& which) {
  if (which.over.load(std::memory_order_acquire)) {
    return true;
  }
  runtime_state& state = *current->state;
  state.wire->progress();
  protocol_of(state).puts.progress();
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
      protocol_of(state).puts.give_up(which, std::current_exception());
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
    log::error("a put that was begun and not waited for has failed: {}", problem.what());
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
  protocol_of(state).puts.progress();
  if (state.near(at.home())) {
    const bool read = try_near_read(state.memory.homes[static_cast<std::size_t>(at.home())], at, to, bytes);
    if (read) {
      count(counter.home_accesses);
    }
    return read;
  }
  const std::array wanted{block};
  protocol_of(state).prefetches->start(state, wanted);
  const bool read = try_hit(state.hot, at, to, bytes);
  if (read) {
    count(counter.hits);
  }
  return read;
}

}  // namespace liana::detail
