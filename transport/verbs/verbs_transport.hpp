#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "transport/job_view.hpp"
#include "transport/transport.hpp"
#include "transport/verbs/completion_dispatch.hpp"
#include "transport/verbs/connection.hpp"
#include "transport/verbs/device_context.hpp"
#include "transport/verbs/endpoint.hpp"
#include "transport/verbs/memory.hpp"
#include "transport/verbs/queue_pair.hpp"

namespace liana::transport {

/// Ranks anywhere, through an RDMA device: one reliable connection to every rank of the job, those of this host too,
/// because a word that takes the device's atomics takes nothing else; and to oneself, for the same words in the own
/// segment. One completion queue for all, polled by the threads that wait: no thread, no interrupts.
///
/// Connections are all made at the start. Making them when they are first needed would be a matter of `connect` and
/// `post`: nothing else knows which there are.
///
/// The members are in the order of what needs what, so that everything goes before what it was made of.
class verbs_transport final : public transport {
 public:
  /// Opens the device, registers the segment, which has memory already, and prepares the queue pairs. Throws
  /// `unavailable`.
  explicit verbs_transport(job_view job);
  verbs_transport(const verbs_transport&) = delete;
  verbs_transport& operator=(const verbs_transport&) = delete;
  verbs_transport(verbs_transport&&) = delete;
  verbs_transport& operator=(verbs_transport&&) = delete;
  ~verbs_transport() override = default;

  [[nodiscard]] std::vector<std::string> addresses() override;
  void connect(std::span<const std::string> addresses) override;
  void post(rank_t peer, std::span<const operation> chain, completion& done) override;
  void progress() override { dispatch_.poll(); }
  void forget() noexcept override;
  [[nodiscard]] bool lost(rank_t peer) override;
  [[nodiscard]] std::chrono::milliseconds time_to_notice() const override;

 private:
  [[nodiscard]] std::size_t ranks() const { return job_.segments.size(); }
  [[nodiscard]] std::size_t self() const { return static_cast<std::size_t>(job_.rank); }
  [[nodiscard]] verbs::prepared_queue_pair prepare() const;
  [[nodiscard]] verbs::endpoint end_of(const verbs::prepared_queue_pair& pair);
  [[nodiscard]] verbs::request_context context_for(std::size_t peer, const verbs::endpoint& theirs,
                                                   verbs::queue_limits limits);
  void connect_one(std::size_t peer, verbs::prepared_queue_pair pair, const verbs::endpoint& mine,
                   const verbs::endpoint& theirs);

  job_view job_;
  verbs::chosen_port chosen_;
  verbs::queue_sizes sizes_;
  std::shared_ptr<verbs::protection_domain> domain_;
  verbs::memory_region segment_;
  std::shared_ptr<verbs::completion_queue> completions_;
  std::vector<verbs::prepared_queue_pair> prepared_;            ///< by rank, until they are connected
  std::optional<verbs::prepared_queue_pair> prepared_far_end_;  ///< of the connection to oneself
  std::vector<verbs::endpoint> mine_;                           ///< by rank: the end that leads there, until then
  verbs::shared_pages side_pages_;                              ///< scratch, and bounce memory where it is needed
  verbs::memory_region side_memory_;
  verbs::completion_dispatch dispatch_;
  std::optional<verbs::connected_queue_pair> far_end_;  ///< of the connection to oneself; it only answers
  std::vector<std::unique_ptr<verbs::connection>> connections_;
};

}  // namespace liana::transport
