#include <chrono>
#include <string>

#include <liana/detail/print.hpp>
#include <liana/error.hpp>

#include "runtime/coherence/coherence.hpp"
#include "runtime/coherence/prefetch.hpp"
#include "runtime/coherence/put_list.hpp"
#include "runtime/coherence/read_miss.hpp"
#include "runtime/coherence/release_queue.hpp"
#include "runtime/state/holds.hpp"
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

/// Moves on what this rank has begun and nobody waits for, puts, releases and prefetches; returns how many are under
/// way.
std::size_t begun_operations(runtime_state& state) {
  const std::size_t puts = state.puts->progress(state);  // first: they leave releases behind
  const std::size_t prefetches = state.prefetches->progress(state);
  return puts + prefetches + state.releases->progress(state);
}

/// Waits for room that other threads or releases under way may give.
cache::claim_outcome claim_with_patience(runtime_state& state, address block, const char* operation) {
  const auto end = std::chrono::steady_clock::now() + claim_patience;
  waiter wait(state, operation, block);
  for (;;) {
    // What is under way ends by itself, however long the transport takes, and then gives its memory back: hence before
    // the claim.
    const std::size_t under_way = begun_operations(state);
    const auto claim = state.replicas->claim(block);
    if (claim.result != cache::claim_result::no_memory) {
      return claim;
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
  refuse_own_write(block, operation);
  begun_operations(state);
  if (!is_claimed(state, block)) {
    return;
  }
  waiter wait(state, operation, block);
  do {
    wait.step(nobody);
    begun_operations(state);
  } while (is_claimed(state, block));
}

[[noreturn]] void refuse_address(const runtime_state& state, address at, std::size_t bytes, const char* operation) {
  const std::string what = std::string(operation) + " of ";
  if (at.is_null()) {
    throw usage_error(what + "a null pointer (" + std::to_string(bytes) + " bytes)");
  }
  if (at.home() >= state.size()) {
    throw usage_error(what + to_string(at) + ": a foreign pointer, this job has only ranks 0 to " +
                      std::to_string(state.size() - 1));
  }
  const std::uint64_t pool = state.layout_of(at.home()).pool_bytes;
  if (at.block_log2() < minimum_block_log2 || at.block_log2() > maximum_block_log2 || at.offset() + bytes > pool) {
    throw usage_error(what + to_string(at) + " (" + std::to_string(bytes) +
                      " bytes): a foreign pointer, it leads out of the " + std::to_string(pool) +
                      " bytes that the rank shares");
  }
  throw usage_error(
      what + std::to_string(bytes) + " bytes at " + to_string(at) +
      ": they reach over the end of the block; the pointer was cast to a larger type or moved out of its object");
}

}  // namespace

cache::claim_outcome claim_replica(runtime_state& state, address block, const char* operation) {
  auto claim = state.replicas->claim(block);
  if (claim.result == cache::claim_result::no_memory) {
    claim = claim_with_patience(state, block, operation);
  }
  if (claim.result == cache::claim_result::busy) {
    wait_for_claim(state, block, operation);
  }
  return claim;
}

void fetch_replica(runtime_state& state, address block, replica& copy, bool kept) {
  const std::uint64_t old_version = copy.version.load(std::memory_order_relaxed);
  try {
    if (state.near(block.home())) {
      near_fetch(state, block, copy, kept);
    } else {
      read_miss miss(state, block, copy, kept);
      if (!miss.step()) {
        waiter wait(state, "read", block);
        do {
          wait.step(miss.holder());
        } while (!miss.step());
      }
    }
  } catch (...) {
    state.replicas->abandon(copy);
    throw;
  }
  count_fetched(kept, copy.version.load(std::memory_order_relaxed) == old_version);
  state.replicas->publish(copy, true);
}

void count_fetched(bool kept, bool unchanged) {
  count(counter::misses);
  if (!kept) {
    return;
  }
  if (unchanged) {
    count(counter::spurious_misses);
    count(counter::revalidations);
  } else {
    count(counter::invalidations_received);
  }
}

address checked_block(const runtime_state& state, address at, std::size_t bytes, const char* operation) {
  if (!is_plausible(state.hot, at, bytes) || at.block_log2() > maximum_block_log2) [[unlikely]] {
    refuse_address(state, at, bytes, operation);
  }
  return at.block();
}

void complete_releases(runtime_state& state) {
  if (begun_operations(state) == 0) {
    return;
  }
  waiter wait(state, "completion of writes and prefetches", address());
  do {
    wait.step(nobody);
  } while (begun_operations(state) != 0);
}

}  // namespace liana::detail
