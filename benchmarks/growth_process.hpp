// What a process takes, as the kernel and the C library count it.
#pragma once

#include <cstdint>

namespace growth {

/// Counts in bytes, but for the descriptors.
struct process_size {
  std::int64_t private_bytes = 0;   ///< resident, of this process alone, without segments
  std::int64_t heap_bytes = 0;      ///< of it: allocated and not freed, by whomever (Liana, MPI, hwloc)
  std::int64_t segments_bytes = 0;  ///< resident in this process, of the segments mapped here
  std::int64_t virtual_bytes = 0;   ///< address space
  std::int64_t descriptors = 0;     ///< open files
};

/// What one takes more than the other.
process_size operator-(const process_size& now, const process_size& before);

/// This process, now. Throws std::runtime_error where /proc cannot be read.
process_size measure_process();

/// Memory that all segments mapped in this process have been given, used or not, each counted once.
std::int64_t shared_memory_taken();

}  // namespace growth
