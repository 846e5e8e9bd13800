#include <array>
#include <cstring>
#include <string>

#include <liana/detail/print.hpp>
#include <liana/error.hpp>

#include "runtime/coherence/coherence.hpp"
#include "runtime/coherence/far_write.hpp"
#include "runtime/coherence/prefetch.hpp"
#include "runtime/coherence/put_list.hpp"
#include "runtime/coherence/read_miss.hpp"
#include "runtime/coherence/release_queue.hpp"
#include "runtime/report/log.hpp"
#include "runtime/state/holds.hpp"
#include "runtime/state/wait.hpp"

namespace liana::detail {
namespace {

/// A valid replica of a far block, or of a near one whose home is another rank, pinned.
replica& pinned_replica(runtime_state& state, address block, const char* operation) {
  for (;;) {
    if (const replica_hit hit = pin_valid_replica(state.hot, block, 1); hit.copy != nullptr) {
      count(counter::hits);
      return *hit.copy;
    }
    const auto claim = claim_replica(state, block, operation);
    if (claim.copy != nullptr) {
      fetch_replica(state, block, *claim.copy, claim.kept);
      return *claim.copy;
    }
  }
}

std::byte* data_of(replica& copy, address at) {
  return copy.data.load(std::memory_order_relaxed) + at.offset_in_block();
}

/// Takes a far block for writing, its data in `copy` (null: not wanted). Returns the version before.
std::uint64_t take_far(runtime_state& state, address block, std::byte* fetch_to, const char* operation) {
  far_write write(state, block, fetch_to);
  if (!write.step()) {
    refuse_own_hold(block, operation);
    waiter wait(state, operation, block);
    while (!write.step()) {
      wait.step(write.holder());
    }
  }
  write.keep_hold();
  return write.version();
}

/// A claimed replica for a write, waiting while another thread has it.
replica& claim_for_write(runtime_state& state, address block, const char* operation) {
  for (;;) {
    if (const auto claim = claim_replica(state, block, operation); claim.copy != nullptr) {
      return *claim.copy;
    }
  }
}

void far_put(runtime_state& state, address at, const void* from, std::size_t bytes) {
  const address block = at.block();
  const bool whole = bytes == block.block_bytes();
  if (!whole && bytes <= transport::inline_bytes) {
    finish_puts_to(state, block);  // program order: nothing is claimed here that would wait for one
    const std::uint64_t version = take_far(state, block, nullptr, "put");
    release_far(state, at, {static_cast<const std::byte*>(from), bytes}, version, after_release::no_replica, nullptr);
    return;
  }
  replica& copy = claim_for_write(state, block, "put");
  std::uint64_t version = 0;
  try {
    version = take_far(state, block, nullptr, "put");
  } catch (...) {
    state.replicas->abandon(copy);
    throw;
  }
  copy.stamp.store(state.validity(block), std::memory_order_relaxed);
  std::memcpy(data_of(copy, at), from, bytes);
  release_far(state, at, {data_of(copy, at), bytes}, version,
              whole ? after_release::keep_replica : after_release::scratch_replica, &copy);
}

}  // namespace

runtime_state& state_for(address at, std::size_t bytes, const char* operation) {
  runtime_state& state = require_runtime(operation);
  static_cast<void>(checked_block(state, at, bytes, operation));
  return state;
}

void read_bytes(address at, void* to, std::size_t bytes) {
  runtime_state& state = state_for(at, bytes, "get");
  if (state.near(at.home())) {
    near_read(state, at, to, bytes);
    return;
  }
  replica& copy = pinned_replica(state, at.block(), "get");
  std::memcpy(to, data_of(copy, at), bytes);
  state.replicas->unpin(copy);
}

void write_bytes(address at, const void* from, std::size_t bytes) {
  runtime_state& state = state_for(at, bytes, "put");
  if (state.near(at.home())) {
    near_write(state, at, from, bytes);
  } else {
    far_put(state, at, from, bytes);
  }
}

read_hold open_read_slowly(address at, std::size_t bytes) {
  runtime_state& state = state_for(at, bytes, "read");
  const address block = at.block();
  if (at.home() == state.rank()) {
    take_in_place(state, block);
    return read_hold::in_place(near_data(state, at), note_hold(block, block, 1, false));
  }
  replica& copy = pinned_replica(state, block, "read");
  return read_hold::pinned(data_of(copy, at), copy);
}

void close_read_in_place(hold_record& record) noexcept {
  directory_entry& entry = entry_of(*current->state, address(record.first.load(std::memory_order_relaxed)));
  forget_hold(record);
  give_in_place(entry);
}

void free_orphan(replica& copy) noexcept { current->state->replicas->free_orphan(copy); }

write_hold take_for_write(runtime_state& state, address at, bool overwrite) {
  const address block = at.block();
  if (state.near(at.home())) {
    take_near(state, block, "write");
    count(counter::home_accesses);
    return {.data = near_data(state, at), .block = block.bits(), .entry = &entry_of(state, block)};
  }
  replica& copy = claim_for_write(state, block, "write");
  try {
    std::byte* const data = copy.data.load(std::memory_order_relaxed);
    const std::uint64_t version = take_far(state, block, overwrite ? nullptr : data, "write");
    copy.stamp.store(state.validity(block),
                     std::memory_order_relaxed);  // after this host's invalidation, before the release
    return {.data = data + at.offset_in_block(), .block = block.bits(), .version = version, .copy = &copy};
  } catch (...) {
    state.replicas->abandon(copy);
    throw;
  }
}

write_hold open_write(address at, std::size_t bytes, bool overwrite) {
  runtime_state& state = state_for(at, bytes, "write");
  write_hold hold = take_for_write(state, at, overwrite);
  hold.record = note_hold(at.block(), at.block(), 1, true);
  return hold;
}

write_hold share_write(const write_hold& hold, address at) {
  write_hold shared = hold;
  const address block(hold.block);
  std::byte* const start =
      hold.copy != nullptr ? hold.copy->data.load(std::memory_order_relaxed) : near_data(*current->state, block);
  shared.data = start + at.offset_in_block();
  hold.record->guards.fetch_add(1, std::memory_order_relaxed);
  return shared;
}

void give_back(runtime_state& state, const write_hold& hold) {
  if (hold.copy == nullptr) {
    give_near(*hold.entry);
    return;
  }
  const address block(hold.block);
  release_far(state, block, {hold.copy->data.load(std::memory_order_relaxed), block.block_bytes()}, hold.version,
              after_release::keep_replica, hold.copy);
}

void close_write(write_hold& hold) {
  if (forget_hold(*hold.record) && current->state != nullptr) {
    give_back(*current->state, hold);
  }
}

void close_write_noexcept(write_hold& hold) noexcept {
  try {
    close_write(hold);
  } catch (const std::exception& problem) {
    log::error("{}", problem.what());
  }
}

void prefetch_block(address at) {
  runtime_state& state = state_for(at, 1, "prefetch");
  if (!state.near(at.home())) {
    const std::array block{at.block()};
    state.prefetches->start(state, block);
  }
}

}  // namespace liana::detail
