// Time of barriers, read misses and invalidations in the job that runs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace growth {

/// Everything is measured in windows, of which the first two only warm up.
inline constexpr std::size_t warm_up_windows = 2;

/// `{"least": ..., "median": ..., "most": ...}`
nlohmann::ordered_json summarise(std::vector<double> values);

/// Collective, all of them; the result counts on rank 0. Times are seconds for one operation.

/// A barrier of Liana and one of MPI, window by window in turn, as rank 0 sees them.
nlohmann::ordered_json measure_barriers(std::size_t windows);

/// Objects of 64 bytes at rank 0 are read by `sharers` ranks, then written: by rank 0 itself, and by the last rank
/// where that is not one of them. For each number of sharers that the job has room for.
nlohmann::ordered_json measure_sharers(std::size_t windows);

/// Objects of 8 B to 1 MiB at rank 0 are read by rank 1 after they were written, then written by rank 0. Beside it
/// memcpy of as much.
nlohmann::ordered_json measure_block_sizes(std::size_t windows);

}  // namespace growth
