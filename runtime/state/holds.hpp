#pragma once

#include <cstdint>

#include <liana/detail/address.hpp>
#include <liana/detail/thread_state.hpp>

/// What each thread holds by guards, looked at only when it has to wait: waiting for oneself is a usage_error, not a
/// deadlock.
namespace liana::detail {

/// Notes that this thread holds blocks `first` to `last`, in a row, in place or for writing, by as many guards.
hold_record* note_hold(address first, address last, std::uint32_t guards, bool writing);

/// One guard less; called by whichever thread closes it. True for the last one.
bool forget_hold(hold_record& record);

/// This thread's hold of the block, or null.
hold_record* find_hold(address block);

/// Throws usage_error when this thread holds the block for writing: whatever `operation` waits for would never come.
void refuse_own_write(address block, const char* operation);

/// The same when this thread holds the block in any way: a write waits for readers in place too.
void refuse_own_hold(address block, const char* operation);

}  // namespace liana::detail
