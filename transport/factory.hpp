#pragma once

#include <memory>
#include <string>

#include "transport/job_view.hpp"
#include "transport/transport.hpp"

namespace liana::transport {

/// Whether this build has the back end `name` ("shm", "verbs").
[[nodiscard]] bool available(const std::string& name);

/// Makes the back end `name`, which still has to be connected (transport::connect). Not collective. Throws
/// `unavailable` when it cannot start.
[[nodiscard]] std::unique_ptr<transport> make_transport(const std::string& name, job_view job);

/// The devices that back ends of this build find on this host, and which would be taken and why. Of `job` the wishes,
/// the distances and `say` count.
[[nodiscard]] device_report describe_devices(const job_view& job);

}  // namespace liana::transport
