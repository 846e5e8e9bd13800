// The back ends that simulated ranks have: for "verbs" the simulated network, for "shm" the real one.

#include "transport/factory.hpp"

#include <utility>

#include "transport/shm/shm_transport.hpp"
#include "transport/sim/sim_transport.hpp"

namespace liana::transport {

bool available(const std::string& name) { return name == "verbs" || name == "shm"; }

std::unique_ptr<transport> make_transport(const std::string& name, job_view job) {
  if (name == "shm") {
    return std::make_unique<shm_transport>(std::move(job));
  }
  return std::make_unique<sim::sim_transport>(std::move(job));
}

device_report describe_devices(const job_view& /*job*/) { return {.lines = {"simulated"}}; }

}  // namespace liana::transport
