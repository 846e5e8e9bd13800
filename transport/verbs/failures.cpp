#include "transport/verbs/failures.hpp"

#include <sys/resource.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "transport/transport.hpp"

namespace liana::transport::verbs {
namespace {

constexpr const char* devices_of_kernel = "/sys/class/infiniband";

std::string error_text(int error) {
  return std::generic_category().message(error) + " (" + std::to_string(error) + ")";
}

}  // namespace

void give_up(const std::string& operation, int error, const std::string& remedy) {
  throw unavailable(operation + " failed: " + error_text(error) + remedy);
}

std::string registration_remedy(int error, std::size_t bytes) {
  rlimit limit = {};
  if (::getrlimit(RLIMIT_MEMLOCK, &limit) != 0) {
    limit.rlim_cur = RLIM_INFINITY;
  }
  return registration_remedy(error, bytes, limit.rlim_cur, limit.rlim_cur == RLIM_INFINITY);
}

std::string registration_remedy(int error, std::size_t bytes, std::size_t limit, bool unlimited) {
  if (error == ENOMEM && !unlimited && limit < bytes) {
    return "; this process may lock " + std::to_string(limit) +
           " bytes of memory (RLIMIT_MEMLOCK, ulimit -l) and needs " + std::to_string(bytes) +
           " for this segment: ulimit -l unlimited in the shell that starts the ranks, \"* - memlock unlimited\" in "
           "/etc/security/limits.conf, LimitMEMLOCK=infinity in a systemd unit, or --ulimit memlock=-1 for a "
           "container; "
           "or lower LIANA_SEGMENT_BYTES (options::segment_bytes) and LIANA_CACHE_BYTES (options::cache_bytes)";
  }
  if (error == ENOMEM) {
    return "; the limit of locked memory (RLIMIT_MEMLOCK) is " +
           (unlimited ? std::string("off") : std::to_string(limit) + " bytes") +
           ", so the host has no memory left to lock or the device cannot map that much; lower LIANA_SEGMENT_BYTES "
           "(options::segment_bytes) and LIANA_CACHE_BYTES (options::cache_bytes)";
  }
  return {};
}

std::string no_device_text(int error) {
  std::string text = "no RDMA device: ";
  std::error_code ignored;
  const auto found = std::filesystem::directory_iterator(devices_of_kernel, ignored);
  if (ignored || found == std::filesystem::directory_iterator()) {
    text += std::string("the kernel knows none (") + devices_of_kernel +
            " is empty or missing; is the driver loaded, and does a container see the device?)";
  } else {
    text += "the kernel knows " + found->path().filename().string() +
            ", but libibverbs has no driver for it or may not open it; install ibverbs-providers (rdma-core) and check "
            "the permissions of /dev/infiniband/uverbs*";
  }
  if (error != 0) {
    text += "; ibv_get_device_list: " + error_text(error);
  }
  return text + "; LIANA_TRANSPORT=shm needs none, on one host";
}

}  // namespace liana::transport::verbs
