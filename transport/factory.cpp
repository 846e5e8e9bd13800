#include "transport/factory.hpp"

#include <utility>

#include "transport/shm/shm_transport.hpp"

namespace liana::transport {

bool available(const std::string& name) { return name == "shm"; }

std::unique_ptr<transport> make_transport(const std::string& name, job_view job) {
  if (name == "shm") {
    return std::make_unique<shm_transport>(std::move(job));
  }
  throw unavailable("this build of Liana has no transport \"" + name + "\"");
}

}  // namespace liana::transport
