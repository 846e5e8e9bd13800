#include "transport/verbs/device_choice.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "transport/transport.hpp"

namespace liana::transport::verbs {
namespace {

bool is_ethernet(const port_facts& port) { return port.attributes.link_layer == IBV_LINK_LAYER_ETHERNET; }

in6_addr as_ipv6(const ibv_gid& gid) {
  in6_addr address = {};
  std::copy(std::begin(gid.raw), std::end(gid.raw), std::begin(address.s6_addr));
  return address;
}

std::string join(const std::vector<std::string>& parts, const char* between) {
  std::string text;
  for (const std::string& each : parts) {
    text += (text.empty() ? "" : between) + each;
  }
  return text;
}

std::string describe_gids(const port_facts& port) {
  std::vector<std::string> parts;
  for (const ibv_gid_entry& each : port.gids) {
    parts.push_back(std::to_string(each.gid_index) + " (" + gid_kind_text(each) + ", " + gid_text(each.gid) + ")");
  }
  return parts.empty() ? "no GID at all" : "GIDs " + join(parts, ", ");
}

std::string state_text(const port_facts& port) {
  return std::string(ibv_port_state_str(port.attributes.state)) +
         (port.attributes.link_layer == IBV_LINK_LAYER_INFINIBAND && port.attributes.state != IBV_PORT_DOWN
              ? " (does a subnet manager run?)"
              : "");
}

/// Why a port cannot be used; empty when it can.
std::string problem_of(const port_facts& port, const job_view::device_wishes& wishes) {
  const std::string name = "port " + std::to_string(port.number);
  if (port.attributes.state != IBV_PORT_ACTIVE) {
    return name + " is not active, its state is " + state_text(port) +
           "; bring its link up, or choose another by LIANA_DEVICE (options::device) or LIANA_PORT (options::port)";
  }
  if (wishes.gid_index.has_value()) {
    const bool there = std::ranges::any_of(port.gids, [&](const ibv_gid_entry& each) {
      return each.gid_index == static_cast<std::uint32_t>(*wishes.gid_index);
    });
    return there ? std::string()
                 : name + " has no GID " + std::to_string(*wishes.gid_index) +
                       ", which LIANA_GID_INDEX (options::gid_index) asks for, but " + describe_gids(port);
  }
  if (best_gid(port) == nullptr) {
    return name + " has no GID that can be used, which over Ethernet is one of RoCE v2, but " + describe_gids(port) +
           "; give its network interface an IP address";
  }
  return {};
}

std::string describe_ports(const device_facts& device) {
  std::vector<std::string> parts;
  for (const port_facts& each : device.ports) {
    parts.push_back(std::to_string(each.number) + " (" + state_text(each) + ")");
  }
  return parts.empty() ? "no port" : "ports " + join(parts, ", ");
}

/// Why a device cannot be used; empty when it can, then with the choice.
std::string try_device(const device_facts& device, const job_view::device_wishes& wishes, port_choice& choice) {
  if (!device.problem.empty()) {
    return device.problem;
  }
  if (device.attributes.atomic_cap == IBV_ATOMIC_NONE) {
    return "it has no atomic operations, which locks need (IBV_ATOMIC_HCA at least); LIANA_DEVICE (options::device) "
           "chooses another";
  }
  if (wishes.port.has_value() &&
      std::ranges::none_of(device.ports, [&](const port_facts& each) { return each.number == *wishes.port; })) {
    return "it has no port " + std::to_string(*wishes.port) + ", which LIANA_PORT (options::port) asks for, but " +
           describe_ports(device);
  }
  std::vector<std::string> problems;
  for (std::size_t i = 0; i < device.ports.size(); ++i) {
    const port_facts& port = device.ports[i];
    if (wishes.port.has_value() && port.number != *wishes.port) {
      continue;
    }
    std::string problem = problem_of(port, wishes);
    if (!problem.empty()) {
      problems.push_back(std::move(problem));
      continue;
    }
    const auto wished = std::ranges::find_if(port.gids, [&](const ibv_gid_entry& each) {
      return wishes.gid_index.has_value() && each.gid_index == static_cast<std::uint32_t>(*wishes.gid_index);
    });
    const ibv_gid_entry& gid = wished != port.gids.end() ? *wished : *best_gid(port);
    choice.port = i;
    choice.gid_index = static_cast<int>(gid.gid_index);
    choice.gid = gid.gid;
    return {};
  }
  return problems.empty() ? "it has no port" : join(problems, "; ");
}

std::string names_of(std::span<const device_facts> devices) {
  std::vector<std::string> names;
  std::ranges::transform(devices, std::back_inserter(names), &device_facts::name);
  return join(names, ", ");
}

}  // namespace

std::optional<int> rank_gid(const ibv_gid_entry& entry) {
  const in6_addr address = as_ipv6(entry.gid);
  if (entry.gid_type != IBV_GID_TYPE_ROCE_V2 || IN6_IS_ADDR_UNSPECIFIED(&address)) {
    return std::nullopt;
  }
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    return 0;
  }
  return IN6_IS_ADDR_LINKLOCAL(&address) ? 2 : 1;
}

const ibv_gid_entry* best_gid(const port_facts& port) {
  if (!is_ethernet(port)) {
    return port.gids.empty() ? nullptr : &port.gids.front();
  }
  const ibv_gid_entry* best = nullptr;
  for (const ibv_gid_entry& each : port.gids) {
    if (rank_gid(each).has_value() && (best == nullptr || *rank_gid(each) < *rank_gid(*best))) {
      best = &each;
    }
  }
  return best;
}

port_choice choose_port(std::span<const device_facts> devices, const job_view::device_wishes& wishes) {
  if (wishes.name.has_value() &&
      std::ranges::none_of(devices, [&](const device_facts& each) { return each.name == *wishes.name; })) {
    throw unavailable("LIANA_DEVICE (options::device) asks for the RDMA device \"" + *wishes.name +
                      "\", which does not exist; there is " + names_of(devices));
  }
  std::vector<std::size_t> order(devices.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return devices[i].distance; });
  std::vector<std::string> problems;
  for (const std::size_t i : order) {
    if (wishes.name.has_value() && devices[i].name != *wishes.name) {
      continue;
    }
    port_choice choice{.device = i};
    const std::string problem = try_device(devices[i], wishes, choice);
    if (problem.empty()) {
      return choice;
    }
    problems.push_back("device " + devices[i].name + ": " + problem);
  }
  throw unavailable("no RDMA device can be used; " + join(problems, "; "));
}

std::string gid_text(const ibv_gid& gid) {
  const in6_addr address = as_ipv6(gid);
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    inet_ntop(AF_INET, &address.s6_addr[12], text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, &address, text.data(), text.size());
  }
  return text.data();
}

std::string gid_kind_text(const ibv_gid_entry& entry) {
  switch (entry.gid_type) {
    case IBV_GID_TYPE_ROCE_V2:
      return "RoCE v2";
    case IBV_GID_TYPE_ROCE_V1:
      return "RoCE v1";
    default:
      return "InfiniBand";
  }
}

}  // namespace liana::transport::verbs
