#pragma once

#include <liana/detail/access.hpp>
#include <liana/detail/address.hpp>

#include "runtime/state/runtime_state.hpp"

/// What access_one_block.cpp shares with access_many_blocks.cpp; the rest of it is in detail/access.hpp.
namespace liana::detail {

/// A block for writing, near or far; `record` is left to the caller.
write_hold take_for_write(runtime_state& state, address at, bool overwrite);

/// Publishes it.
void give_back(runtime_state& state, const write_hold& hold);
/// The same, logging what it throws.
void give_back_noexcept(runtime_state& state, const write_hold& hold) noexcept;

}  // namespace liana::detail
