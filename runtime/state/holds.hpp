#pragma once

#include <cstdint>

#include <liana/detail/address.hpp>
#include <liana/detail/thread_state.hpp>

#include "runtime/state/runtime_state.hpp"

/// What each thread holds by guards, looked at only when it has to wait: waiting for oneself is a usage_error, not a
/// deadlock.
namespace liana::detail {

/// Notes that this thread holds blocks `first` to `last`, in a row, in place or for writing, by as many guards.
hold_record* note_hold(const runtime_state& state, address first, address last, std::uint32_t guards, bool writing);

/// One guard less; called by whichever thread closes it. True for the last one.
bool forget_hold(hold_record& record);

/// Whether a record is of this runtime: those of an earlier one hold nothing any more, but are forgotten all the same.
bool is_of(const hold_record& record, const runtime_state& state);

/// How a thread holds a block, as far as it is known to.
enum class own_hold : std::uint8_t { none, reading, writing };
own_hold find_own_hold(const runtime_state& state, address block);

/// Whether there is a hold in place, by a guard that may be this thread's: one that it has opened, or one that has
/// moved. What is noted holds the block: it is noted after the block is taken, and forgotten before it is given up.
bool may_hold_in_place(const runtime_state& state, address block);

/// Throws usage_error when this thread holds the block for writing: whatever `operation` waits for would never come.
void refuse_own_write(const runtime_state& state, address block, const char* operation);

/// The same when this thread holds the block in any way: a write waits for readers in place too.
void refuse_own_hold(const runtime_state& state, address block, const char* operation);

}  // namespace liana::detail
