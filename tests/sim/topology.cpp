// The machine of a simulated job: the interface of runtime/machine/topology.hpp without hwloc. One hardware thread, so
// that waits give up their turn at once.

#include "runtime/machine/topology.hpp"

namespace liana::detail {

struct topology::machine {};

topology::topology() : mask_{1}, cores_(1), processing_units_(1), host_processing_units_(1), numa_nodes_(1) {}
topology::~topology() = default;
topology::topology(topology&& other) noexcept = default;
topology& topology::operator=(topology&& other) noexcept = default;

// The interface is that of the real one. NOLINTBEGIN(readability-convert-member-functions-to-static)
bool topology::bind_memory_near(void* /*address*/, std::size_t /*bytes*/) const { return false; }

std::optional<std::uint64_t> topology::group_memory_left() const { return std::nullopt; }

std::vector<int> topology::device_distances(std::span<const std::string> names) const {
  std::vector<int> unknown(names.size(), 3);
  return unknown;
}

bool topology::oversubscribed(int ranks_on_host, std::span<const std::uint64_t> /*united_mask*/) const {
  return ranks_on_host > cpu_time_limit_ + 1;
}
// NOLINTEND(readability-convert-member-functions-to-static)

}  // namespace liana::detail
