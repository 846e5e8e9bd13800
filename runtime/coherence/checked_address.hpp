#pragma once

#include <cstddef>

#include <liana/detail/address.hpp>

#include "runtime/state/runtime_state.hpp"

namespace liana::detail {

/// The block of `at`, after checking that `bytes` there lie in one block of a pool of this job. Throws usage_error
/// naming `operation`.
address checked_block(const runtime_state& state, address at, std::size_t bytes, const char* operation);

/// The runtime of this process, after the same check.
runtime_state& state_for(address at, std::size_t bytes, const char* operation);

}  // namespace liana::detail
