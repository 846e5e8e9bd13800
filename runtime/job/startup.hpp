#pragma once

#include <memory>

#include <liana/options.hpp>

#include "runtime/state/runtime_state.hpp"

/// The start and the end of a runtime, step by step. Both collective.
namespace liana::detail {

/// What MPI is told or given when a runtime starts.
struct mpi_view {
  int* argc = nullptr;
  char*** argv = nullptr;
  const void* communicator = nullptr;  ///< `const MPI_Comm*`; null: MPI_COMM_WORLD
};

/// Starts the runtime of this process and makes it `current`. When it throws, all ranks throw the same, except where a
/// setting is wrong and nobody has started MPI yet: then nothing is started, and the rank whose setting it is throws.
/// Throws config_error, resource_error, and usage_error when MPI was finalized. There is no runtime yet.
std::unique_ptr<runtime_state> start_runtime(const options& in_code, mpi_view mpi);

/// Completes what this rank has issued, meets the others, reports the statistics and takes everything down. Problems
/// are logged. A runtime whose ranks are out of step ends without a word to the others. `unwinding`: an exception ends
/// it, which the others then learn if they called something else.
void end_runtime(std::unique_ptr<runtime_state> state, bool unwinding) noexcept;

/// The same where the process exits: nothing is taken down, because other threads may still use it, and all of it ends
/// with the process.
void take_leave(runtime_state& state) noexcept;

}  // namespace liana::detail
