#include "runtime/machine/topology.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cmath>
#include <functional>
#include <iterator>
#include <new>
#include <numeric>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <hwloc.h>

#include <liana/error.hpp>

#include "runtime/machine/cgroup.hpp"
#include "runtime/report/log.hpp"

namespace liana::detail {
namespace {

struct bitmap_deleter {
  void operator()(hwloc_bitmap_t bitmap) const noexcept { hwloc_bitmap_free(bitmap); }
};
using bitmap = std::unique_ptr<hwloc_bitmap_s, bitmap_deleter>;

bitmap make_bitmap() {
  bitmap made(hwloc_bitmap_alloc());
  if (!made) {
    throw std::bad_alloc();
  }
  return made;
}

std::string reason(int number) { return std::generic_category().message(number); }

/// `what` failed, which only a machine that hwloc cannot read, or a lack of memory, explains.
[[noreturn]] void fail(const char* what, int number) {
  throw resource_error(fmt::format("reading the machine's topology: {}: {}; lstopo of hwloc shows what can be read",
                                   what, reason(number)));
}

std::vector<std::uint64_t> to_mask(hwloc_const_bitmap_t set, int length_in_bits) {
  std::vector<std::uint64_t> mask(static_cast<std::size_t>(length_in_bits + 63) / 64);
  for (int bit = hwloc_bitmap_first(set); bit >= 0 && bit < length_in_bits; bit = hwloc_bitmap_next(set, bit)) {
    mask[static_cast<std::size_t>(bit) / 64] |= std::uint64_t{1} << (bit % 64);
  }
  return mask;
}

enum device_distance : int { beside, same_package, elsewhere, not_known };

/// hwloc's handle with the I/O devices that have a place in the machine; null where they cannot be read.
struct io_topology {
  io_topology() {
    if (hwloc_topology_init(&handle) != 0) {
      return;
    }
    if (hwloc_topology_set_io_types_filter(handle, HWLOC_TYPE_FILTER_KEEP_IMPORTANT) != 0 ||
        hwloc_topology_load(handle) != 0) {
      log::debug("topology: the I/O devices cannot be read: {}", reason(errno));
      hwloc_topology_destroy(handle);
      handle = nullptr;
    }
  }
  ~io_topology() {
    if (handle != nullptr) {
      hwloc_topology_destroy(handle);
    }
  }
  io_topology(const io_topology&) = delete;
  io_topology& operator=(const io_topology&) = delete;

  [[nodiscard]] int distance(const std::string& name, int numa_node) const {
    hwloc_obj_t device = nullptr;
    while (handle != nullptr && (device = hwloc_get_next_osdev(handle, device)) != nullptr) {
      if (device->attr->osdev.type == HWLOC_OBJ_OSDEV_OPENFABRICS && device->name == name) {
        return distance(hwloc_get_non_io_ancestor_obj(handle, device), numa_node);
      }
    }
    return not_known;
  }

  hwloc_topology_t handle = nullptr;

 private:
  [[nodiscard]] int distance(hwloc_obj_t place, int numa_node) const {
    const auto node = static_cast<unsigned>(numa_node);
    if (hwloc_bitmap_isset(place->nodeset, node) != 0) {
      return beside;
    }
    hwloc_obj_t const package = hwloc_get_ancestor_obj_by_type(handle, HWLOC_OBJ_PACKAGE, place);
    return package != nullptr && hwloc_bitmap_isset(package->nodeset, node) != 0 ? same_package : elsewhere;
  }
};

}  // namespace

/// hwloc's handle, without I/O devices.
struct topology::machine {
  machine() {
    if (hwloc_topology_init(&handle) != 0) {
      fail("hwloc_topology_init", errno);
    }
    // Cores, besides the processing units and NUMA nodes that are always kept, are all that is asked for. PCI
    // discovery, above all, takes long.
    if (hwloc_topology_set_all_types_filter(handle, HWLOC_TYPE_FILTER_KEEP_NONE) != 0 ||
        hwloc_topology_set_type_filter(handle, HWLOC_OBJ_CORE, HWLOC_TYPE_FILTER_KEEP_ALL) != 0 ||
        hwloc_topology_load(handle) != 0) {
      const int number = errno;
      hwloc_topology_destroy(handle);
      fail("hwloc_topology_load", number);
    }
  }
  ~machine() { hwloc_topology_destroy(handle); }
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;

  /// The processing units that this process's threads may run on, never none.
  [[nodiscard]] bitmap usable_units() const {
    hwloc_const_bitmap_t allowed = hwloc_topology_get_allowed_cpuset(handle);
    bitmap units = make_bitmap();
    // Of the process, so that a runtime that was started by a bound thread does not take that thread's binding for
    // everybody's.
    if (hwloc_get_cpubind(handle, units.get(), HWLOC_CPUBIND_PROCESS) != 0) {
      log::debug("topology: the binding of this process is unknown, taken as none: {}", reason(errno));
      hwloc_bitmap_copy(units.get(), allowed);
    }
    hwloc_bitmap_and(units.get(), units.get(), allowed);
    if (hwloc_bitmap_iszero(units.get()) != 0) {
      fail("this process is bound to processing units that it is not allowed to use", EINVAL);
    }
    return units;
  }

  /// Of the nodes near `units` the only one, or the one near the processor that the calling thread runs on.
  [[nodiscard]] int nearest_node(hwloc_const_bitmap_t units) const {
    bitmap nodes = make_bitmap();
    hwloc_cpuset_to_nodeset(handle, units, nodes.get());
    if (hwloc_bitmap_weight(nodes.get()) > 1) {
      bitmap here = make_bitmap();
      if (hwloc_get_last_cpu_location(handle, here.get(), HWLOC_CPUBIND_THREAD) == 0) {
        hwloc_cpuset_to_nodeset(handle, here.get(), nodes.get());
      } else {
        log::debug("topology: the processor of this thread is unknown, its first NUMA node is taken: {}",
                   reason(errno));
      }
    }
    const int node = hwloc_bitmap_first(nodes.get());
    // Processors without memory of their own, as in some machines with far memory: any node does.
    return node >= 0 ? node : hwloc_bitmap_first(hwloc_topology_get_allowed_nodeset(handle));
  }

  hwloc_topology_t handle = nullptr;
};

topology::topology() : machine_(std::make_unique<machine>()) {
  const hwloc_topology_t handle = machine_->handle;
  const bitmap units = machine_->usable_units();
  processing_units_ = hwloc_bitmap_weight(units.get());
  // A machine whose cores are not shown is taken to have one hardware thread each.
  const int shown_cores = hwloc_get_nbobjs_inside_cpuset_by_type(handle, units.get(), HWLOC_OBJ_CORE);
  cores_ = shown_cores > 0 ? shown_cores : processing_units_;
  mask_ = to_mask(units.get(), hwloc_bitmap_last(hwloc_topology_get_complete_cpuset(handle)) + 1);
  numa_nodes_ = std::max(1, hwloc_bitmap_weight(hwloc_topology_get_allowed_nodeset(handle)));
  numa_node_ = machine_->nearest_node(units.get());

  const std::optional<double> limit = cgroup_cpu_limit();
  cpu_time_limit_ = limit ? static_cast<int>(std::min(std::ceil(*limit), double{INT_MAX})) : INT_MAX;
  host_processing_units_ = std::min(hwloc_bitmap_weight(hwloc_topology_get_allowed_cpuset(handle)), cpu_time_limit_);
}

topology::~topology() = default;
topology::topology(topology&& other) noexcept = default;
topology& topology::operator=(topology&& other) noexcept = default;

bool topology::bind_memory_near(void* address, std::size_t bytes) const {
  if (numa_nodes_ < 2 || bytes == 0) {
    return false;
  }
  const bitmap node = make_bitmap();
  // Without HWLOC_MEMBIND_STRICT this is a preference: a full node makes memory slower, not the job fail.
  if (hwloc_bitmap_only(node.get(), static_cast<unsigned>(numa_node_)) != 0 ||
      hwloc_set_area_membind(machine_->handle, address, bytes, node.get(), HWLOC_MEMBIND_BIND,
                             HWLOC_MEMBIND_BYNODESET) != 0) {
    log::debug("topology: binding {} bytes at {} to NUMA node {} was refused: {}", bytes, address, numa_node_,
               reason(errno));
    return false;
  }
  return true;
}

// NOLINTNEXTLINE(readability-convert-member-functions-to-static): what else the machine has is asked for by members
std::optional<std::uint64_t> topology::group_memory_left() const { return cgroup_memory_left(); }

std::vector<int> topology::device_distances(std::span<const std::string> names) const {
  const io_topology devices;
  std::vector<int> distances;
  std::transform(names.begin(), names.end(), std::back_inserter(distances),
                 [&](const std::string& each) { return devices.distance(each, numa_node_); });
  return distances;
}

bool topology::oversubscribed(int ranks_on_host, std::span<const std::uint64_t> united_mask) const {
  if (united_mask.empty()) {
    return ranks_on_host > host_processing_units_;
  }
  const int units = std::transform_reduce(united_mask.begin(), united_mask.end(), 0, std::plus<>(),
                                          [](std::uint64_t word) { return std::popcount(word); });
  return ranks_on_host > std::min(units, cpu_time_limit_);
}

}  // namespace liana::detail
