#pragma once

#include <cstddef>

#include <liana/detail/address.hpp>

#include "runtime/state/runtime_state.hpp"
#include "transport/transport.hpp"

namespace liana::detail {

/// R7: gives the block's validity word a fresh stamp on every host that `sharers` marks. This host's is visible at
/// once, the others' when `done` is.
void post_invalidations(runtime_state& state, address block, const std::byte* sharers, transport::completion& done);

/// Gives it a fresh stamp on this host alone: no replica of the block that this rank has is a hit any more.
void invalidate_here(runtime_state& state, address block);

}  // namespace liana::detail
