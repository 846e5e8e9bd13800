#pragma once

#include <cstdint>

#include "benchmarks/windows.hpp"

/// What synchronisation_benchmark measures, by subject; its menu is on top of synchronisation_benchmark.cpp. Each
/// function adds the benchmarks of its subject, after a collective set-up. They need a runtime, whose end follows
/// `job::measure`.
namespace liana::benchmarks::synchronisation {

using word = std::uint64_t;

void add_atomics(job& here);
void add_locks(job& here);

}  // namespace liana::benchmarks::synchronisation
