#pragma once

#include <cstdint>
#include <memory>

#include <infiniband/verbs.h>

#include "transport/verbs/completion_queue.hpp"
#include "transport/verbs/endpoint.hpp"
#include "transport/verbs/memory.hpp"

/// Reliable connections. A queue pair that is only prepared cannot post: it is another type than a connected one.
///
///     reset -- prepared_queue_pair's constructor --> INIT -- connected_queue_pair's constructor --> RTR --> RTS
///
/// | attribute               | at   | value                                                                     |
/// | port_num, pkey_index    | INIT | the port chosen; partition key 0                                          |
/// | qp_access_flags         | INIT | remote read, write and atomic                                             |
/// | path_mtu                | RTR  | the smaller of both ports' active_mtu                                     |
/// | dest_qp_num, rq_psn     | RTR  | the other side's number, and its first packet's                           |
/// | max_dest_rd_atomic      | RTR  | the smaller of my max_qp_rd_atom and their max_qp_init_rd_atom            |
/// | min_rnr_timer           | RTR  | 12 (0.64 ms); nothing is ever received, so it is never waited for         |
/// | ah_attr                 | RTR  | RoCE v2: GIDs, hop limit 64; InfiniBand: LID, and GIDs between subnets    |
/// | sq_psn                  | RTS  | my first packet's number, drawn at random                                 |
/// | timeout                 | RTS  | 17: a packet is sent again after 4.096 us * 2^17 = 537 ms without answer  |
/// | retry_cnt               | RTS  | 6. Not 7, which on some devices means for ever                            |
/// | rnr_retry               | RTS  | 6. Not 7, which means for ever everywhere                                 |
/// | max_rd_atomic           | RTS  | the smaller of my max_qp_init_rd_atom and their max_qp_rd_atom            |
namespace liana::transport::verbs {

/// How long after its end a peer is noticed at the latest, once something is under way to it: all tries, each of which
/// may last up to four times the timeout by InfiniBand's rules. A few seconds of silence that are not the peer's end
/// have to be survived (a link that comes back, a switch that pauses), because a connection that broke is not made
/// again. And every timeout is a risk: the kernel's software RoCE counts from an operation that may have ended long
/// ago, so it sends again what was not lost, once per timeout at most, and one in some thousands of those breaks the
/// connection.
inline constexpr std::uint8_t ack_timeout = 17;
inline constexpr std::uint8_t retry_count = 6;
inline constexpr std::uint64_t notice_ns = (4096ULL << ack_timeout) * (retry_count + 1) * 4;

/// What the device gave a queue pair.
struct queue_limits {
  unsigned send_depth = 0;
  std::uint32_t inline_bytes = 0;
  unsigned pieces = 1;  ///< of memory in one request
};

/// Made and in state INIT: it has a number that can be told to the other side. Move-only; holds its domain and
/// completion queue.
class prepared_queue_pair {
 public:
  /// Asks for inline data of `wanted.inline_bytes`, and for less where the device has no more. Throws `unavailable`.
  prepared_queue_pair(std::shared_ptr<protection_domain> domain, std::shared_ptr<completion_queue> completions,
                      const chosen_port& chosen, queue_limits wanted);

  [[nodiscard]] std::uint32_t number() const { return pair_->qp_num; }
  [[nodiscard]] queue_limits limits() const { return limits_; }

 private:
  friend class connected_queue_pair;
  struct deleter {
    void operator()(ibv_qp* pair) const noexcept { ibv_destroy_qp(pair); }
  };

  std::shared_ptr<protection_domain> domain_;
  std::shared_ptr<completion_queue> completions_;
  std::unique_ptr<ibv_qp, deleter> pair_;
  queue_limits limits_;
};

/// In state RTS, until something fails. Move-only.
class connected_queue_pair {
 public:
  /// `mine` as it was told to the other side, `theirs` as the other side told. Throws `unavailable`.
  connected_queue_pair(prepared_queue_pair prepared, const chosen_port& chosen, const endpoint& mine,
                       const endpoint& theirs);

  /// Hands over a linked list of requests with one doorbell. Returns 0, or the error number with `refused` at the first
  /// request that the device has not taken.
  [[nodiscard]] int post(ibv_send_wr* first, ibv_send_wr** refused) const {
    return ibv_post_send(prepared_.pair_.get(), first, refused);
  }

  /// Moves it to the state ERR: the device reports everything that is under way as failed.
  void break_off() const noexcept;

  [[nodiscard]] std::uint32_t number() const { return prepared_.number(); }
  [[nodiscard]] queue_limits limits() const { return prepared_.limits(); }

 private:
  prepared_queue_pair prepared_;
};

}  // namespace liana::transport::verbs
