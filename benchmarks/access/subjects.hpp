#pragma once

#include <cstddef>
#include <vector>

#include "benchmarks/windows.hpp"

/// What access_benchmark measures, by subject; its menu is on top of access_benchmark.cpp. Each function adds the
/// benchmarks of its subject, after a collective set-up. They need a runtime, whose end follows `job::measure`.
namespace liana::benchmarks::access {

inline constexpr int neighbour = 1;  ///< the rank whose memory the leader measures

/// Collective. Whether the neighbour is on the leader's host.
bool neighbour_is_near();

/// 8 B to 4 MiB, as in all series by size; to 64 KiB with --quick.
std::vector<std::size_t> sizes(const job& here);

/// How many operations of `bytes` are done between two looks at the clock.
std::int64_t batch_for(std::size_t bytes);

void add_transfers(job& here);     ///< get and put by size, MPI_Get, MPI_Put, memcpy
void add_hits(job& here);          ///< 4,096 objects in random order, and guards
void add_loops(job& here);         ///< loops over a block and over a table
void add_misses(job& here);        ///< far only: blocks that the neighbour has just written
void add_revalidation(job& here);  ///< far only, and with one validity word
void add_writes(job& here);        ///< 8 B, atomics, MPI_Fetch_and_op
void add_messages(job& here);      ///< send and receive by size, the round trip of a cache line
void add_allocation(job& here);    ///< make_global and destroy, malloc and free

}  // namespace liana::benchmarks::access
