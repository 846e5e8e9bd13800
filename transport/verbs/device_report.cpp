#include "transport/verbs/device_report.hpp"

#include <array>
#include <utility>

#include "transport/transport.hpp"
#include "transport/verbs/device_context.hpp"

namespace liana::transport::verbs {
namespace {

const char* distance_text(int distance) {
  static constexpr std::array<const char*, 3> texts{"beside this process", "in this package", "in another package"};
  return distance >= 0 && distance < static_cast<int>(texts.size()) ? texts.at(static_cast<std::size_t>(distance))
                                                                    : "at a place that is not known";
}

const char* atomics_text(ibv_atomic_cap capability) {
  switch (capability) {
    case IBV_ATOMIC_NONE:
      return "none, so Liana cannot use it";
    case IBV_ATOMIC_HCA:
      return "among its own (IBV_ATOMIC_HCA)";
    default:
      return "with the processor's too (IBV_ATOMIC_GLOB)";
  }
}

std::string describe_device(const device_facts& device) {
  std::string text = "RDMA device " + device.name + ", ";
  if (!device.problem.empty()) {
    return text + device.problem;
  }
  const ibv_device_attr& has = device.attributes;
  return text + distance_text(device.distance) + ": atomics " + atomics_text(has.atomic_cap) + "; at most " +
         std::to_string(has.max_qp) + " queue pairs, " + std::to_string(has.max_qp_wr) + " requests in each, " +
         std::to_string(has.max_qp_rd_atom) + " reads under way in each";
}

std::string describe_port(const port_facts& port) {
  const ibv_port_attr& has = port.attributes;
  const bool ethernet = has.link_layer == IBV_LINK_LAYER_ETHERNET;
  std::string text = "  port " + std::to_string(port.number) + ", " + (ethernet ? "Ethernet" : "InfiniBand") + ": " +
                     ibv_port_state_str(has.state) + ", MTU " + std::to_string(mtu_bytes(has.active_mtu));
  if (!ethernet) {
    text += ", LID " + std::to_string(has.lid);
  }
  return text;
}

std::string describe_gid(const ibv_gid_entry& entry) {
  return "    GID " + std::to_string(entry.gid_index) + ": " + gid_kind_text(entry) + ", " + gid_text(entry.gid);
}

}  // namespace

device_report describe_devices(const job_view& job) {
  device_report report;
  std::vector<std::string>& lines = report.lines;
  found_devices found = find_devices(job);
  for (const device_facts& device : found.facts) {
    lines.push_back(describe_device(device));
    for (const port_facts& port : device.ports) {
      lines.push_back(describe_port(port));
      for (const ibv_gid_entry& each : port.gids) {
        lines.push_back(describe_gid(each));
      }
    }
  }
  try {
    lines.push_back("RDMA would go through " + choose_among(std::move(found), job.wishes).describe() +
                    ": the nearest device that can be used, its first active port, the best GID of that, unless "
                    "LIANA_DEVICE, LIANA_PORT and LIANA_GID_INDEX say otherwise");
    report.usable = true;
  } catch (const unavailable& problem) {
    lines.push_back(std::string("RDMA: ") + problem.what());
  }
  return report;
}

}  // namespace liana::transport::verbs
