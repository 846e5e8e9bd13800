#pragma once

#include <cstddef>
#include <cstdint>

#include "benchmarks/windows.hpp"

/// What sharing_benchmark measures, by subject; its menu is on top of sharing_benchmark.cpp. Each function adds the
/// benchmarks of its subject, after a collective set-up. They need a runtime, whose end follows `job::measure`.
namespace liana::benchmarks::sharing {

using word = std::uint64_t;

void add_writes(job& here);       ///< of blocks that 0, 1, 3, 7 ranks share
void add_ping_pong(job& here);    ///< a block between two writers
void add_read_mostly(job& here);  ///< a table that all ranks read, and sometimes write

/// Bytes of the table, of all ranks together: 64 MiB, 1 MiB with --quick.
std::size_t table_bytes(const job& here);

}  // namespace liana::benchmarks::sharing
