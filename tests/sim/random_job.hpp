// Jobs for tests that look at one thing under many schedules.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tests/sim/simulation.hpp"

namespace liana_tests::sim {

/// Two or three ranks, near and far, of one or two threads.
inline simulation_options random_job(seeded_chooser& choices) {
  simulation_options with = ranks_apart(0);  // which ranks there are, and how they take turns, follows
  const std::size_t ranks = 2 + choices.below(2);
  const std::uint64_t on_a_host = choices.once_in(4) ? ranks : 1 + choices.below(2);
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    with.real_hosts.push_back(static_cast<int>(rank / on_a_host));
  }
  with.threads = 1 + static_cast<unsigned>(choices.below(2));
  with.schedule.how = choices.once_in(3) ? scheduling::priorities : scheduling::random;
  with.schedule.mean_run = std::uint64_t{1} << choices.below(6);
  with.schedule.stop_once_in = choices.once_in(2) ? 0 : 50 + choices.below(400);
  return with;
}

}  // namespace liana_tests::sim
