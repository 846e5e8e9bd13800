#pragma once

#include "runtime/state/runtime_state.hpp"

/// A process that exits or forks while its runtime lives.
namespace liana::detail {

/// From now on:
///
/// - A process that exits with status 0 (exit in any thread, a return from main) ends the runtime, as its destructor
///   does, before MPI is finalized. What the program keeps in a global variable ends so.
/// - One that exits with another status leaves at once: it says so in its control page, where near ranks find it, and
///   does not finalize MPI, which would wait for the others. So the launcher ends the job.
/// - A child that is forked has no runtime, and nothing of its parent's: neither its memory, nor its connections, nor
///   the lock by which others see that the parent lives.
void watch_process(runtime_state& state);

}  // namespace liana::detail
