#pragma once

#include "transport/job_view.hpp"

namespace liana::transport::verbs {

/// The RDMA devices of this host, their ports and GIDs, and which a rank here would take and why, or why none: lines
/// for people. Opens each device for a moment.
[[nodiscard]] device_report describe_devices(const job_view& job);

}  // namespace liana::transport::verbs
