#include "runtime/coherence/claimed_replica.hpp"

#include <chrono>
#include <string>

#include <liana/detail/access.hpp>
#include <liana/detail/print.hpp>
#include <liana/error.hpp>

#include "runtime/coherence/outstanding.hpp"
#include "runtime/state/holds.hpp"
#include "runtime/state/runtime_state.hpp"
#include "runtime/state/wait.hpp"

namespace liana::detail {
namespace {

/// How long a full cache may stay full of what other threads hold for a moment before it counts as too small. Long
/// enough for a thread that holds a guard to get the CPU back on a crowded host.
constexpr std::chrono::milliseconds claim_patience{1000};

[[noreturn]] void throw_no_room(const runtime_state& state, address block, const char* operation) {
  const cache::usage use = state.replicas->measure();
  throw resource_error(std::string(operation) + " of " + to_string(block) + ": no room for a replica of " +
                       std::to_string(block.block_bytes()) + " bytes in a cache of " +
                       std::to_string(state.settings.cache_bytes) + " bytes, where guards and views pin " +
                       std::to_string(use.pinned) + " of " + std::to_string(use.replicas) +
                       " replicas; raise LIANA_CACHE_BYTES (options::cache_bytes) or hold fewer blocks at once");
}

/// Waits for room that other threads or releases under way may give.
claimed_replica claim_with_patience(runtime_state& state, address block, const char* operation) {
  const auto end = std::chrono::steady_clock::now() + claim_patience;
  waiter wait(state, operation, block);
  for (;;) {
    // What is under way ends by itself, however long the transport takes, and then gives its memory back: hence before
    // the claim.
    const std::size_t under_way = progress_outstanding(state);
    claimed_replica copy(*state.replicas, block);
    if (copy.result() != cache::claim_result::no_memory) {
      return copy;
    }
    if (under_way == 0 && std::chrono::steady_clock::now() > end) {
      throw_no_room(state, block, operation);
    }
    wait.step(nobody);
  }
}

bool is_claimed(const runtime_state& state, address block) {
  const replica_hit found = find_in_table(state.hot, block);
  return found.copy != nullptr && (found.sequence & 1U) != 0;
}

/// Waits until a claim by another thread, by a prefetch, by a put under way, or by a release that took its bytes from
/// the replica's memory, has ended. The last three end when somebody looks after them.
void wait_for_claim(runtime_state& state, address block, const char* operation) {
  refuse_own_write(state, block, operation);
  progress_outstanding(state);
  if (!is_claimed(state, block)) {
    return;
  }
  waiter wait(state, operation, block);
  do {
    wait.step(nobody);
    progress_outstanding(state);
  } while (is_claimed(state, block));
}

}  // namespace

claimed_replica claim_replica(runtime_state& state, address block, const char* operation) {
  claimed_replica copy(*state.replicas, block);
  if (copy.result() == cache::claim_result::no_memory) {
    copy = claim_with_patience(state, block, operation);
  }
  if (copy.result() == cache::claim_result::busy) {
    wait_for_claim(state, block, operation);
  }
  return copy;
}

claimed_replica claim_replica_for_write(runtime_state& state, address block, const char* operation) {
  for (;;) {
    if (claimed_replica copy = claim_replica(state, block, operation)) {
      return copy;
    }
  }
}

}  // namespace liana::detail
