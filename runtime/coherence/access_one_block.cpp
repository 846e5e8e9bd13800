#include "runtime/coherence/access_one_block.hpp"

#include <array>
#include <cstring>
#include <new>
#include <utility>

#include "runtime/coherence/checked_address.hpp"
#include "runtime/coherence/claimed_replica.hpp"
#include "runtime/coherence/far_put.hpp"
#include "runtime/coherence/far_write.hpp"
#include "runtime/coherence/fetch.hpp"
#include "runtime/coherence/near_access.hpp"
#include "runtime/coherence/protocol.hpp"
#include "runtime/report/log.hpp"
#include "runtime/state/holds.hpp"

namespace liana::detail {
namespace {

/// A valid replica of a far block, or of a near one whose home is another rank, pinned.
replica& pinned_replica(runtime_state& state, address block, const char* operation) {
  for (;;) {
    if (const replica_hit hit = pin_valid_replica(state.hot, block, 1); hit.copy != nullptr) {
      count(counter.hits);
      return *hit.copy;
    }
    if (claimed_replica copy = claim_replica(state, block, operation)) {
      return fetch_replica(state, block, std::move(copy));
    }
  }
}

std::byte* data_of(replica& copy, address at) {
  return copy.data.load(std::memory_order_relaxed) + at.offset_in_block();
}

void put_far(runtime_state& state, address at, const void* from, std::size_t bytes) {
  const address block = at.block();
  claimed_replica copy;
  if (far_put::goes_inline(at, bytes)) {
    finish_puts_to(state, block);  // program order: nothing is claimed here that would wait for one
  } else {
    copy = claim_replica_for_write(state, block, "put");
  }
  far_put put(state, at, {static_cast<const std::byte*>(from), bytes}, std::move(copy));
  put.write().wait_until_held("put");
  put.release();
}

}  // namespace

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
    put_far(state, at, from, bytes);
  }
}

void write_taken(address at, const void* from, std::size_t bytes) {
  near_write_taken(*current->state, at, from, bytes);
}

read_hold open_read_slowly(address at, std::size_t bytes) {
  runtime_state& state = state_for(at, bytes, "read");
  const address block = at.block();
  if (at.home() == state.rank()) {
    take_in_place(state, block);
    try {
      return read_hold::in_place(near_data(state, at), note_hold(state, block, block, 1, false));
    } catch (const std::bad_alloc&) {
      give_in_place(entry_of(state, block));
      throw;
    }
  }
  replica& copy = pinned_replica(state, block, "read");
  return read_hold::pinned(data_of(copy, at), copy);
}

void close_read_in_place(hold_record& record) noexcept {
  const address block(record.first.load(std::memory_order_relaxed));
  const runtime_state* const state = current->state;
  const bool held = state != nullptr && is_of(record, *state);  // else the guard has outlived its runtime
  forget_hold(record);
  if (held) {
    give_in_place(entry_of(*state, block));
  }
}

/// It is of this runtime: an earlier one has left no orphans.
void free_orphan(replica& copy) noexcept { current->state->replicas->free_orphan(copy); }

write_hold take_for_write(runtime_state& state, address at, bool overwrite) {
  const address block = at.block();
  if (state.near(at.home())) {
    take_near(state, block, "write");
    count(counter.home_accesses);
    return {.data = near_data(state, at), .block = block.bits(), .entry = &entry_of(state, block)};
  }
  claimed_replica copy = claim_replica_for_write(state, block, "write");
  far_write write(state, block, overwrite ? nullptr : copy.data_at(block));
  write.wait_until_held("write");
  write.keep_hold();
  // After this host's invalidation (R7), before the release.
  copy->stamp.store(state.validity(block), std::memory_order_relaxed);
  std::byte* const data = copy.data_at(at);
  return {.data = data, .block = block.bits(), .version = write.version(), .copy = &copy.release()};
}

write_hold open_write(address at, std::size_t bytes, bool overwrite) {
  runtime_state& state = state_for(at, bytes, "write");
  write_hold hold = take_for_write(state, at, overwrite);
  try {
    hold.record = note_hold(state, at.block(), at.block(), 1, true);
  } catch (const std::bad_alloc&) {
    give_back_noexcept(state, hold);
    throw;
  }
  return hold;
}

write_hold share_write(const write_hold& hold, address at, std::size_t bytes) {
  const runtime_state& state = state_for(at, bytes, "write");
  write_hold shared = hold;
  const address block(hold.block);
  std::byte* const start =
      hold.copy != nullptr ? hold.copy->data.load(std::memory_order_relaxed) : near_data(state, block);
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
  claimed_replica copy(*state.replicas, *hold.copy);
  const std::span<const std::byte> written(copy.data_at(block), block.block_bytes());
  release_far(state, block, written, hold.version, after_release::keep_replica, std::move(copy));
}

void give_back_noexcept(runtime_state& state, const write_hold& hold) noexcept {
  try {
    give_back(state, hold);
  } catch (const std::exception& problem) {
    log::error("{}", problem.what());
  }
}

void close_write(write_hold& hold) {
  runtime_state* const state = current->state;
  const bool held = state != nullptr && is_of(*hold.record, *state);  // else the guard has outlived its runtime
  if (forget_hold(*hold.record) && held) {
    give_back(*state, hold);
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
    protocol_of(state).prefetches->start(state, block);
  }
}

}  // namespace liana::detail
