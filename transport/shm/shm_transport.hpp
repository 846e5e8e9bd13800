#pragma once

#include <utility>

#include "transport/job_view.hpp"
#include "transport/transport.hpp"

namespace liana::transport {

/// All ranks on one host: every segment is mapped, and the CPU of the rank that posts does the operation, at once. The
/// fences stand where the contract's order asks for more than the CPU gives by itself: a read must not pass an earlier
/// write of its chain, and a chain with a `visible` write is not done before its stores have left the store buffer.
class shm_transport final : public transport {
 public:
  explicit shm_transport(job_view job) : job_(std::move(job)) {}

  void post(rank_t peer, std::span<const operation> chain, completion& done) override;
  void progress() override {}
  [[nodiscard]] bool lost(rank_t peer) override { return job_.near_lost(peer); }

 private:
  job_view job_;
};

}  // namespace liana::transport
