#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <liana/detail/annotated_mutex.hpp>

#include "transport/transport.hpp"
#include "transport/verbs/queue_pair.hpp"
#include "transport/verbs/work_requests.hpp"

namespace liana::transport::verbs {

class completion_dispatch;

/// The connection to one peer: its queue pair, and what is under way on it.
///
/// Requests are counted from 0 (modulo 2^32): `posted_` counts those handed to the device, `retired_` those whose end
/// was seen. What is between has places in the queue, `send_depth` at most. A signalled request's completion retires
/// all before it. A chain is one record in a ring of as many, written under the mutex by the thread that posts and
/// read, without it, by the thread that polls; so one that waits for room can keep the mutex.
///
/// Invariants: records are in the order of the queue; the last request of a record is signalled; `posted_ - retired_`
/// never exceeds the depth, so neither the queue nor the ring nor the completion queue overflows.
///
/// Thread safety: `post`, `probe` and `failed` by any thread; `retire` and `fail_all` only within completion_dispatch.
class connection {
 public:
  connection(connected_queue_pair pair, const request_context& context, completion_dispatch& dispatch);

  /// Private memory that one takes whose queue has so many places, besides the device's own.
  [[nodiscard]] static constexpr std::size_t bytes_for(unsigned send_depth) {
    return sizeof(connection) + send_depth * sizeof(record);
  }

  /// See transport::post. Waits for room by polling.
  void post(std::span<const operation> chain, completion& done);

  /// Keeps a small read under way, at most one in `interval`, so that a peer that is gone makes itself felt. Does not
  /// wait: where the queue is busy, something is under way anyhow.
  void probe(std::chrono::steady_clock::duration interval);

  [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_acquire); }
  [[nodiscard]] rank_t peer() const { return context_.peer; }
  [[nodiscard]] std::uint32_t queue_pair() const { return pair_.number(); }

  /// The device has reported the request's end, good or bad.
  void retire(std::uint32_t sequence, bool good);

  /// Nothing that is under way will be reported any more: it has failed.
  void fail_all();

 private:
  struct record {
    std::uint32_t last = 0;      ///< request
    completion* done = nullptr;  ///< null for a part of a longer chain
  };

  [[nodiscard]] std::uint32_t under_way() const {
    return posted_.load(std::memory_order_relaxed) - retired_.load(std::memory_order_acquire);
  }
  /// How far a list of requests has come. The connection has failed unless it was `posted`; whoever submits a list that
  /// was `refused` whole fails its completion, where it has one.
  enum class outcome : unsigned char { posted, failed, refused };

  bool wait_for_room(std::size_t requests) LIANA_REQUIRES(mutex_);
  outcome submit(request_list& list, completion* done) LIANA_REQUIRES(mutex_);
  outcome take_back(request_list& list, const ibv_send_wr* refused) LIANA_REQUIRES(mutex_);
  void drain() LIANA_REQUIRES(mutex_);

  connected_queue_pair pair_;
  request_context context_;
  completion_dispatch& dispatch_;

  detail::annotated_mutex mutex_;  ///< of those that post
  std::atomic<std::uint32_t> posted_{0};
  std::atomic<std::uint32_t> retired_{0};
  std::vector<record> ring_;
  std::atomic<std::uint32_t> ring_head_{0};  ///< records ever written
  std::uint32_t ring_tail_ = 0;              ///< records ever retired; of the thread that polls
  std::atomic<bool> failed_{false};
  std::atomic<bool> silent_{false};  ///< not even failures will be reported

  completion probe_ LIANA_GUARDED_BY(mutex_);
  std::chrono::steady_clock::time_point next_probe_ LIANA_GUARDED_BY(mutex_);
};

}  // namespace liana::transport::verbs
