#include "transport/verbs/endpoint.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "transport/transport.hpp"

namespace liana::transport::verbs {
namespace {

static_assert(std::is_trivially_copyable_v<endpoint>);
static_assert(sizeof(endpoint) == 48, "no padding, which would be sent uninitialised");

/// Enough for a window of chains to one peer; more only takes memory.
constexpr unsigned wanted_depth = 256;
/// Several replicas are filled by one read; each piece makes every place in the queue larger.
constexpr int wanted_pieces = 8;
/// A chain with its flushes has to fit, and several to overlap.
constexpr unsigned least_depth = 16;

bool same_subnet(const endpoint& a, const endpoint& b) {
  return std::equal(a.gid.begin(), a.gid.begin() + 8, b.gid.begin());
}

bool is_ipv4(const endpoint& end) {
  static constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  return std::equal(mapped.begin(), mapped.end(), end.gid.begin());
}

std::string link_text(const endpoint& end) {
  return end.link_layer == IBV_LINK_LAYER_ETHERNET ? "Ethernet (RoCE)" : "InfiniBand";
}

std::string gid_of(const endpoint& end) {
  ibv_gid gid = {};
  std::copy(end.gid.begin(), end.gid.end(), std::begin(gid.raw));
  return gid_text(gid);
}

std::uint8_t clamp_reads(int limit) { return static_cast<std::uint8_t>(std::clamp(limit, 0, 255)); }

}  // namespace

std::string encode(const endpoint& from) {
  std::string text(sizeof from, '\0');
  std::memcpy(text.data(), &from, sizeof from);
  return text;
}

endpoint decode(const std::string& text) {
  endpoint to;
  if (text.size() == sizeof to) {
    std::memcpy(&to, text.data(), sizeof to);
  }
  if (text.size() != sizeof to || to.magic != endpoint::expected_magic) {
    throw unavailable("its address is not one of this build of Liana; all ranks have to run the same program");
  }
  return to;
}

endpoint describe_port(const chosen_port& chosen) {
  endpoint end;
  std::copy(std::begin(chosen.gid.raw), std::end(chosen.gid.raw), end.gid.begin());
  end.lid = chosen.port.attributes.lid;
  end.link_layer = chosen.port.attributes.link_layer;
  end.mtu = static_cast<std::uint8_t>(chosen.port.attributes.active_mtu);
  end.reads_as_target = clamp_reads(chosen.facts.attributes.max_qp_rd_atom);
  end.reads_as_initiator = clamp_reads(chosen.facts.attributes.max_qp_init_rd_atom);
  return end;
}

agreed_path agree_on_path(const endpoint& mine, const endpoint& theirs) {
  const bool ethernet = mine.link_layer == IBV_LINK_LAYER_ETHERNET;
  if ((theirs.link_layer == IBV_LINK_LAYER_ETHERNET) != ethernet) {
    throw unavailable("its port is on " + link_text(theirs) + ", this rank's on " + link_text(mine) +
                      "; choose ports of one kind by LIANA_DEVICE and LIANA_PORT");
  }
  if (ethernet && is_ipv4(mine) != is_ipv4(theirs)) {
    throw unavailable("its GID is " + gid_of(theirs) + ", this rank's " + gid_of(mine) +
                      ": one is an IPv4 address and the other is not; give both interfaces an IPv4 address, or choose "
                      "GIDs of one kind by LIANA_GID_INDEX");
  }
  agreed_path path;
  path.mtu = static_cast<ibv_mtu>(std::min(mine.mtu, theirs.mtu));
  path.reads_out = std::min(mine.reads_as_initiator, theirs.reads_as_target);
  path.reads_in = std::min(mine.reads_as_target, theirs.reads_as_initiator);
  path.global = ethernet || !same_subnet(mine, theirs);
  if (path.reads_out == 0 || path.reads_in == 0) {
    throw unavailable("no read can be under way between the two: max_qp_rd_atom and max_qp_init_rd_atom are " +
                      std::to_string(theirs.reads_as_target) + " and " + std::to_string(theirs.reads_as_initiator) +
                      " there, " + std::to_string(mine.reads_as_target) + " and " +
                      std::to_string(mine.reads_as_initiator) + " here");
  }
  return path;
}

queue_sizes plan_queues(const device_facts& device, int queue_pairs) {
  const std::string who = "device " + device.name + " has ";
  const std::string remedy = "; run fewer ranks, or several jobs on part of the ranks each";
  if (queue_pairs > device.attributes.max_qp) {
    throw unavailable(who + std::to_string(device.attributes.max_qp) + " queue pairs (max_qp), and this rank needs " +
                      std::to_string(queue_pairs) + ", one for each rank and one more" + remedy);
  }
  const int room = device.attributes.max_cqe / queue_pairs;
  const auto depth = std::min({static_cast<int>(wanted_depth), device.attributes.max_qp_wr, room});
  if (depth < static_cast<int>(least_depth)) {
    throw unavailable(who + "room for " + std::to_string(device.attributes.max_cqe) +
                      " completions in a queue (max_cqe) and " + std::to_string(device.attributes.max_qp_wr) +
                      " requests in a queue pair (max_qp_wr), too few for the " + std::to_string(queue_pairs) +
                      " queue pairs of this rank, with " + std::to_string(least_depth) + " requests each at least" +
                      remedy);
  }
  const int pieces = std::max(1, std::min({wanted_pieces, device.attributes.max_sge, device.attributes.max_sge_rd}));
  return {.send_depth = static_cast<unsigned>(depth),
          .pieces = static_cast<unsigned>(pieces),
          .completion_entries = depth * queue_pairs};
}

}  // namespace liana::transport::verbs
