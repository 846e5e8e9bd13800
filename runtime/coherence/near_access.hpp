#pragma once

#include <cstddef>
#include <cstdint>

#include <liana/detail/access.hpp>
#include <liana/detail/address.hpp>
#include <liana/detail/replica.hpp>

#include "runtime/state/runtime_state.hpp"

/// Blocks whose home is on this host: loads, stores and CPU atomics, and a transport operation only where a far host
/// shares (runtime/coherence/README.md, "Near accesses"). The steps that need no waiting are in detail/near_block.hpp
/// and detail/access.hpp.
namespace liana::detail {

inline directory_entry& entry_of(const runtime_state& state, address block) {
  return near_entry(state.memory.homes[static_cast<std::size_t>(block.home())], block);
}
inline std::byte* near_data(const runtime_state& state, address at) {
  return state.memory.homes[static_cast<std::size_t>(at.home())].origin + at.offset();
}

void near_read(runtime_state& state, address at, void* to, std::size_t bytes);
void near_write(runtime_state& state, address at, const void* from, std::size_t bytes);

/// The second part of `near_write`, of a block that was taken by `try_take_near`.
void near_write_taken(runtime_state& state, address at, const void* from, std::size_t bytes);

/// Takes a near block for writing: nobody else holds it and every replica is invalidated. Leaves hold records to the
/// caller.
void take_near(runtime_state& state, address block, const char* operation);

/// The same, unless somebody holds the block: then false.
[[nodiscard]] bool try_take_near(runtime_state& state, address block);

/// The home's own read in place.
void take_in_place(runtime_state& state, address block);
inline void give_in_place(directory_entry& entry) { entry.near.fetch_sub(near_reader, std::memory_order_release); }

/// Fills a claimed replica of a block whose home is near but not this rank. `kept`: it still holds an older fetch.
void near_fetch(runtime_state& state, address block, replica& copy, bool kept);

}  // namespace liana::detail
