#pragma once

#include <string>

#include "runtime/state/runtime_state.hpp"

/// The segments of a job, from their layouts to the views of those that are mapped here. In this order, each step on
/// all ranks before the next begins anywhere.
namespace liana::detail {

/// Collective. Chooses the sizes that the settings leave open, lays this rank's segment out, and learns the others'
/// layouts. `locked`: a device will lock the segments. Throws resource_error on all ranks when the segments of a host
/// need more memory than there is.
void lay_out_segments(runtime_state& state, bool locked);

/// Collective. A name that no other job has, from which those of the segments are made.
std::string name_job(runtime_state& state);

/// Makes this rank's segment and takes memory for the fixed part of it, or for all of it: a device pins what it is
/// given, and a page without memory cannot be pinned. Throws resource_error or transport::unavailable.
void create_segment(runtime_state& state, const std::string& job_name, bool whole);

/// Maps the segments of the ranks that `mapped` tells and sets the views of those that are near. Throws
/// transport::unavailable.
void attach_segments(runtime_state& state, const std::string& job_name, bool far_too);

}  // namespace liana::detail
