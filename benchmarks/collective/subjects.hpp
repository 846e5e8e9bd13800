#pragma once

#include <cstdint>

#include "benchmarks/windows.hpp"

/// What collective_benchmark measures, by subject; its menu is on top of collective_benchmark.cpp. Each function adds
/// the benchmarks of its subject, after a collective set-up. They need a runtime, whose end follows `job::measure`.
namespace liana::benchmarks::collective {

using word = std::uint64_t;

inline constexpr int neighbour = 1;  ///< the rank whose memory the leader measures

void add_meetings(job& here);     ///< barrier, broadcast, all_reduce
void add_threads(job& here);      ///< several threads of the leader
void add_busy_target(job& here);  ///< a neighbour that computes and makes no call

}  // namespace liana::benchmarks::collective
