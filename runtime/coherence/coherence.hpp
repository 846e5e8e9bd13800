#pragma once

#include <cstddef>
#include <cstdint>

#include <liana/detail/access.hpp>

#include "runtime/state/runtime_state.hpp"

/// The coherence protocol of this runtime: replicate on read, invalidate on write, one-sided. The steps are one file
/// each, named after them, and read like the protocol's description in ARCHITECTURE.md, whose rules R1 to R8 they cite:
///
///     read_miss.cpp     far read miss, with the dependent path and revalidation
///     far_write.cpp     far write up to the hold, and its release
///     near_access.cpp   everything on blocks whose home is on this host
///                       (detail/near_block.hpp: the steps of a near write, inlined into put)
///     invalidate.cpp    stamps to the hosts that share
///     replica.cpp       a replica for a block: claimed, filled, counted
///     release_queue.cpp releases under way
///     prefetch.cpp      read misses that nobody waits for
///     put_list.cpp      puts that nobody waits for yet, and what the handles of liana/pending.hpp call
///     single.cpp        read, put and guards of one block: what detail/access.hpp promises
///     several.cpp       the same of many blocks, with many operations under way
namespace liana::detail {

/// The block of `at`, after checking that `bytes` there lie in one block of a pool of this job. Throws usage_error
/// naming `operation`.
address checked_block(const runtime_state& state, address at, std::size_t bytes, const char* operation);

/// Waits until everything that this rank has begun by itself has ended: every put is carried out, every release has
/// landed, and no prefetch writes a mark any more into an entry that its home may be about to free.
void complete_releases(runtime_state& state);

// ---- invalidate.cpp ----

/// R7: gives the block's validity word a fresh stamp on every host that `sharers` marks. This host's is visible at
/// once, the others' when `done` is.
void post_invalidations(runtime_state& state, address block, const std::byte* sharers, transport::completion& done);

/// Gives it a fresh stamp on this host alone: no replica of the block that this rank has is a hit any more.
void invalidate_here(runtime_state& state, address block);

// ---- near_access.cpp ----

inline directory_entry& entry_of(const runtime_state& state, address block) {
  return near_entry(state.homes[static_cast<std::size_t>(block.home())], block);
}
inline std::byte* near_data(const runtime_state& state, address at) {
  return state.homes[static_cast<std::size_t>(at.home())].origin + at.offset();
}

void near_read(runtime_state& state, address at, void* to, std::size_t bytes);
void near_write(runtime_state& state, address at, const void* from, std::size_t bytes);

/// Takes a near block for writing: nobody else holds it and every replica is invalidated. Leaves hold records to the
/// caller.
void take_near(runtime_state& state, address block, const char* operation);

/// Invalidates the replicas of a near block that this thread reads in place, so that nobody writes it.
void invalidate_in_place(runtime_state& state, address block);

/// The home's own read in place.
void take_in_place(runtime_state& state, address block);
inline void give_in_place(directory_entry& entry) { entry.near.fetch_sub(near_reader, std::memory_order_release); }

/// Fills a claimed replica of a block whose home is near but not this rank.
void near_fetch(runtime_state& state, address block, replica& copy, bool kept);

// ---- replica.cpp ----

/// Claims a replica of the block for filling. After waiting for another thread that fills it the outcome has no
/// replica: look again whether it is valid now. Throws resource_error when there is no room, usage_error when this
/// thread itself is writing the block.
cache::claim_outcome claim_replica(runtime_state& state, address block, const char* operation);

/// Fills a claimed replica and publishes it, pinned for the caller.
void fetch_replica(runtime_state& state, address block, replica& copy, bool kept);

/// Counts what a fetch has found: whether the block had changed since the replica that it replaces.
void count_fetched(bool kept, bool unchanged);

// ---- single.cpp ----

/// The runtime, after checking that the bytes lie in one block. Throws usage_error naming `operation`.
runtime_state& state_for(address at, std::size_t bytes, const char* operation);

/// A block for writing, near or far; `record` is left to the caller.
write_hold take_for_write(runtime_state& state, address at, bool overwrite);
/// Publishes it.
void give_back(runtime_state& state, const write_hold& hold);

}  // namespace liana::detail
