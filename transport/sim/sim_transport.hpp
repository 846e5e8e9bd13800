#pragma once

#include <functional>
#include <utility>

#include "transport/job_view.hpp"
#include "transport/sim/network.hpp"
#include "transport/transport.hpp"

namespace liana::transport::sim {

/// What a rank needs of the simulation that it runs in. Set by the simulation, before runtimes start.
struct world {
  network* wires = nullptr;
  /// A thread of the calling rank, from 0.
  std::function<unsigned()> thread;
  /// Called by `progress`: others may take steps.
  std::function<void()> wait;
  /// Runs a function while nobody else uses the network.
  std::function<void(const std::function<void()>&)> alone;
};

/// The world of this process.
world& the_world();

/// The back end of a simulated rank.
class sim_transport final : public transport {
 public:
  explicit sim_transport(job_view job);
  sim_transport(const sim_transport&) = delete;
  sim_transport& operator=(const sim_transport&) = delete;
  sim_transport(sim_transport&&) = delete;
  sim_transport& operator=(sim_transport&&) = delete;
  /// Reports nothing any more, as every back end.
  ~sim_transport() override;

  void post(rank_t peer, std::span<const operation> chain, completion& done) override;
  void progress() override { the_world().wait(); }
  [[nodiscard]] bool lost(rank_t peer) override { return the_world().wires->lost(job_.rank, peer); }

 private:
  job_view job_;
};

}  // namespace liana::transport::sim
