#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <infiniband/verbs.h>

#include "transport/job_view.hpp"

/// Which device, port and GID a rank uses, decided from what was read of all devices beforehand. No device is touched
/// here.
namespace liana::transport::verbs {

/// A port as it was found.
struct port_facts {
  int number = 0;  ///< from 1
  ibv_port_attr attributes = {};
  std::vector<ibv_gid_entry> gids;  ///< its part of the device's table of GIDs; empty entries are not in it
};

/// A device as it was found.
struct device_facts {
  std::string name;
  int distance = 0;     ///< from where this process runs, see job_view::distances
  std::string problem;  ///< why nothing could be read of it; empty when all is well
  ibv_device_attr attributes = {};
  std::vector<port_facts> ports;
};

/// Where a rank's connections start.
struct port_choice {
  std::size_t device = 0;  ///< position in what was chosen from
  std::size_t port = 0;    ///< position among the device's ports
  int gid_index = 0;
  ibv_gid gid = {};
};

/// How good an entry of the table is for RoCE v2; less is better, empty for one that cannot be used. Between hosts the
/// packets travel as UDP: an IPv4 address is routed like all other traffic, a global IPv6 address is next, and a
/// link-local one reaches only the same segment of the network.
[[nodiscard]] std::optional<int> rank_gid(const ibv_gid_entry& entry);

/// The entry that a port's connections use: over Ethernet the best one for RoCE v2, over InfiniBand the first.
[[nodiscard]] const ibv_gid_entry* best_gid(const port_facts& port);

/// Device, port and GID: what is wished, otherwise the nearest device that can be used, its first active port, and that
/// port's best GID. Throws `unavailable`, saying of each device why it cannot be used, or what there is in place of
/// what was wished.
[[nodiscard]] port_choice choose_port(std::span<const device_facts> devices, const job_view::device_wishes& wishes);

/// A GID as users know it: an IPv4 address where it stands for one, otherwise as an IPv6 address.
[[nodiscard]] std::string gid_text(const ibv_gid& gid);

/// `RoCE v2`, `RoCE v1`, `InfiniBand`.
[[nodiscard]] std::string gid_kind_text(const ibv_gid_entry& entry);

}  // namespace liana::transport::verbs
