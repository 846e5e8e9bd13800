#pragma once

#include <string>

#include "runtime/state/runtime_state.hpp"

namespace liana::detail {

/// Where every collective call begins: all ranks arrive, and all learn whether they came for the same. Also a barrier:
/// when it returns, every rank has arrived.
///
/// A dissemination barrier (Hensgen, Finkel and Manber, "Two algorithms for barrier synchronization", 1988) over the
/// segments' control pages, whose messages carry the smallest and the largest signature seen. Near ranks by stores, far
/// ones through the transport.
///
/// Before it meets the others each rank does what `collective_calls::before_meeting` lists.
///
/// `call` is the text of the call with its arguments, the same on all ranks if they agree. Throws usage_error on every
/// rank when the texts differ, saying which rank called what; peer_error and timeout_error as every wait. After an
/// error the calls are `broken`.
void meet(runtime_state& state, const std::string& call);

}  // namespace liana::detail
