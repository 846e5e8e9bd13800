#pragma once

#include <array>

#include <liana/detail/thread_state.hpp>

#include "runtime/state/runtime_state.hpp"

namespace liana::detail {

/// The names of the counters, in their order, for the report: those of the fields of `statistics`, from which the build
/// makes this table (runtime/CMakeLists.txt).
extern const std::array<const char*, counters> counter_names;

/// Starts the counters of a runtime from zero.
void begin_statistics(runtime_state& state);

/// Collective. Where `LIANA_STATS` asks for it, prints or writes the counters of all ranks, on rank 0: smallest, mean,
/// largest and sum, and the arrays and objects with most invalidations. A file that cannot be written is an error in
/// the log.
void report_statistics(runtime_state& state);

}  // namespace liana::detail
