#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <infiniband/verbs.h>

#include <liana/detail/rank.hpp>

#include "transport/transport.hpp"

/// Operations of the contract as work requests of the device. Nothing is posted here.
///
/// | operation                         | requests                                                              |
/// | read                              | RDMA READ into the segment                                            |
/// | reads of what lies in a row at    | one RDMA READ, scattered over their buffers; small gaps between them  |
/// | the target, one behind the other  | are read too, into the scratch memory, for less than a READ more      |
/// | write, as much as fits inline     | RDMA WRITE, inline: copied when it is posted                          |
/// | write, `inline_bytes` at most     | where the device takes less inline: copied to the bounce memory       |
/// | write, longer                     | RDMA WRITE from the segment                                           |
/// | compare_swap, fetch_add           | the device's atomic; the value before goes to the scratch memory if   |
/// |                                   | nobody wants it                                                       |
/// | `fenced`                          | IBV_SEND_FENCE on its first request                                   |
/// | `visible`                         | behind it an RDMA READ of its last bytes into the scratch memory: its |
/// |                                   | answer cannot leave before the write has reached the target's memory  |
/// | longer than the device's messages | several requests                                                      |
///
/// Only the last request of a chain is signalled: the queue is in order, so its completion is that of all before it.
namespace liana::transport::verbs {

/// Everything that a translation has to know of one connection.
struct request_context {
  std::span<const std::byte> segment;  ///< this rank's
  std::uint32_t segment_key = 0;
  /// Registered; at least 8 bytes, which may be overwritten at any time. Takes the gaps between reads, hence as large
  /// as the largest that is worth it.
  std::span<std::byte> scratch;
  std::uint32_t scratch_key = 0;
  /// Registered; `inline_bytes` for each request of the queue. Empty where the device takes that much inline.
  std::span<std::byte> bounce;
  std::uint32_t inline_limit = 0;     ///< of the device, in bytes
  std::uint32_t longest_message = 0;  ///< of the port, in bytes
  unsigned send_depth = 0;
  unsigned most_pieces = 1;          ///< of memory in one request
  std::uint64_t remote_segment = 0;  ///< where the peer's lies in its process
  std::uint64_t remote_bytes = 0;
  std::uint32_t remote_key = 0;
  rank_t peer = 0;
};

/// How many requests a chain takes.
[[nodiscard]] std::size_t count_requests(std::span<const operation> chain, const request_context& context);

/// Throws std::logic_error, a bug of the caller, when a buffer lies outside of this rank's segment, bytes outside of
/// the peer's, or an atomic's word is not aligned. Always on: the device would break the connection instead.
void check_chain(std::span<const operation> chain, const request_context& context);

/// The number of a request: the peer, and a count of the requests to it.
[[nodiscard]] constexpr std::uint64_t request_number(rank_t peer, std::uint32_t sequence) {
  return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(peer)) << 32U) | sequence;
}
[[nodiscard]] constexpr rank_t peer_of(std::uint64_t number) { return static_cast<rank_t>(number >> 32U); }
[[nodiscard]] constexpr std::uint32_t sequence_of(std::uint64_t number) { return static_cast<std::uint32_t>(number); }

/// Requests that go out with one doorbell: linked, the last one signalled.
// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): see the members
class request_list {
 public:
  static constexpr std::size_t capacity = 32;        ///< requests
  static constexpr std::size_t piece_capacity = 64;  ///< pieces of memory of all of them

  [[nodiscard]] std::span<ibv_send_wr> requests() { return std::span(requests_).first(size_); }
  [[nodiscard]] ibv_send_wr* first() { return requests_.data(); }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  friend class chain_translator;
  // Not initialised: each element is written when it is added.
  std::array<ibv_send_wr, capacity> requests_;
  std::array<ibv_sge, piece_capacity> pieces_;
  std::size_t size_ = 0;
  std::size_t pieces_used_ = 0;
};

/// Translates a chain, in several lists where it is longer than one.
class chain_translator {
 public:
  chain_translator(std::span<const operation> chain, const request_context& context)
      : chain_(chain), context_(context) {}

  /// Fills `list` with up to `most` requests, numbered from `sequence` on, whose places in the queue are free. At least
  /// with one, if any is left.
  void fill(request_list& list, std::size_t most, std::uint32_t sequence);

 private:
  void add_request(request_list& list, std::uint32_t sequence);
  void set_memory(const operation& each, ibv_send_wr& request, ibv_sge& piece) const;
  void set_flush(const operation& each, ibv_send_wr& request, ibv_sge& piece) const;
  void append_reads(std::size_t reads, request_list& list, ibv_send_wr& request);
  void advance(const operation& each, std::size_t bytes);

  std::span<const operation> chain_;
  const request_context& context_;
  std::size_t operation_ = 0;  ///< of the chain, next
  std::size_t offset_ = 0;     ///< bytes of it that are translated
  bool flush_ = false;         ///< only its flush is left
};

}  // namespace liana::transport::verbs
