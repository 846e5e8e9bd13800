#include "transport/factory.hpp"

#include <utility>

#include "transport/shm/shm_transport.hpp"
#ifdef LIANA_WITH_VERBS
#include "transport/verbs/device_report.hpp"
#include "transport/verbs/verbs_transport.hpp"
#endif

namespace liana::transport {

bool available(const std::string& name) {
#ifdef LIANA_WITH_VERBS
  if (name == "verbs") {
    return true;
  }
#endif
  return name == "shm";
}

std::unique_ptr<transport> make_transport(const std::string& name, job_view job) {
  if (name == "shm") {
    return std::make_unique<shm_transport>(std::move(job));
  }
#ifdef LIANA_WITH_VERBS
  if (name == "verbs") {
    return std::make_unique<verbs_transport>(std::move(job));
  }
#endif
  throw unavailable("this build of Liana has no transport \"" + name + "\"");
}

device_report describe_devices([[maybe_unused]] const job_view& job) {
#ifdef LIANA_WITH_VERBS
  return verbs::describe_devices(job);
#else
  return {.lines = {"RDMA devices were not looked for: this build of Liana has no transport \"verbs\""}};
#endif
}

}  // namespace liana::transport
