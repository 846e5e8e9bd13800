#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <infiniband/verbs.h>

#include "transport/verbs/device_context.hpp"

/// What two ranks tell each other before they connect, and what follows from it.
namespace liana::transport::verbs {

/// One end of a connection, as the other rank sees it. Sent as it lies in memory: all ranks run the same program on the
/// same kind of machine.
struct endpoint {
  static constexpr std::uint32_t expected_magic = 0x4C494E31;

  std::uint32_t magic = expected_magic;  ///< guards against a rank of another build
  std::uint32_t queue_pair = 0;          ///< its number
  std::uint32_t first_packet = 0;        ///< sequence number of the first packet that it sends, 24 bits
  std::uint32_t remote_key = 0;          ///< of the rank's segment
  std::uint64_t segment = 0;             ///< where that lies in its process
  std::array<std::uint8_t, 16> gid{};
  std::uint16_t lid = 0;                ///< InfiniBand
  std::uint8_t link_layer = 0;          ///< IBV_LINK_LAYER_...
  std::uint8_t mtu = 0;                 ///< ibv_mtu
  std::uint8_t reads_as_target = 0;     ///< reads and atomics of others that it answers at once (max_qp_rd_atom)
  std::uint8_t reads_as_initiator = 0;  ///< that it has under way at once (max_qp_init_rd_atom)
  std::array<std::uint8_t, 2> unused{};
};

[[nodiscard]] std::string encode(const endpoint& from);

/// Throws `unavailable` when the text is none.
[[nodiscard]] endpoint decode(const std::string& text);

/// What all of this rank's ends have in common.
[[nodiscard]] endpoint describe_port(const chosen_port& chosen);

/// How a queue pair is set up, agreed by both sides because each computes it from the same two ends.
struct agreed_path {
  ibv_mtu mtu = IBV_MTU_256;
  std::uint8_t reads_out = 0;  ///< max_rd_atomic: as many as the other side answers
  std::uint8_t reads_in = 0;   ///< max_dest_rd_atomic: as many as the other side asks
  bool global = false;         ///< packets carry GIDs: always over Ethernet, over InfiniBand between subnets
};

/// Throws `unavailable` when the two cannot be connected: another link layer, another family of addresses, or a device
/// that takes no reads.
[[nodiscard]] agreed_path agree_on_path(const endpoint& mine, const endpoint& theirs);

/// How many requests each connection has room for, and the entries of the one completion queue. An end that breaks
/// reports every request, whether that was asked for or not, so the queue has room for all of them.
struct queue_sizes {
  unsigned send_depth = 0;
  unsigned pieces = 1;  ///< of memory in one request
  int completion_entries = 0;
};

/// For as many queue pairs. Throws `unavailable`, with the device's limit, when they are too many for it.
[[nodiscard]] queue_sizes plan_queues(const device_facts& device, int queue_pairs);

}  // namespace liana::transport::verbs
