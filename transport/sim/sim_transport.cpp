#include "transport/sim/sim_transport.hpp"

namespace liana::transport::sim {

world& the_world() {
  static world instance;
  return instance;
}

sim_transport::sim_transport(job_view job) : job_(std::move(job)) {
  const job_view::segment& own = job_.segments[static_cast<std::size_t>(job_.rank)];
  the_world().alone([&] { the_world().wires->add_segment(job_.rank, own.data, own.bytes); });
}

sim_transport::~sim_transport() {
  the_world().alone([&] { the_world().wires->forget(job_.rank); });
}

void sim_transport::post(rank_t peer, std::span<const operation> chain, completion& done) {
  const world& all = the_world();
  all.alone([&] { all.wires->post(job_.rank, all.thread(), peer, chain, done); });
}

}  // namespace liana::transport::sim
