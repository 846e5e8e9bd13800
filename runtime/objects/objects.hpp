#pragma once

#include <cstddef>

#include <liana/detail/address.hpp>

#include "allocator/segment_allocator.hpp"
#include "runtime/state/runtime_state.hpp"

/// Memory of this rank's pool as objects of the protocol. The allocator knows places; here they are zeroed, and no
/// replica of what lay there before survives: it is invalidated when an object is destroyed, not when its place is used
/// again.
namespace liana::detail {

/// Takes zeroed blocks in a row. First takes back what other ranks have freed. Throws resource_error saying `what` was
/// asked for.
address allocate_blocks(runtime_state& state, unsigned block_log2, std::size_t blocks, const char* what);

/// Invalidates every replica of a live allocation and frees it.
void retire_blocks(runtime_state& state, const allocator::allocation& blocks);

}  // namespace liana::detail
