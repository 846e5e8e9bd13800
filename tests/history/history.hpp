// Histories: what every process of a run read and wrote, to be checked afterwards.
//
// A run records its accesses, of whatever kind, in this one form; check_blocks.hpp and check_order.hpp tell whether a
// memory that keeps Liana's promises can have answered so. Neither knows Liana: histories come from real ranks and
// from simulated ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace liana_tests {

inline constexpr std::uint64_t unknown_version = UINT64_MAX;

/// One access to one block, whole. Processes and blocks have small numbers: tables are indexed by them.
struct access {
  std::uint32_t process = 0;  ///< a thread of a rank; program order is the order within it
  std::uint32_t block = 0;
  bool write = false;
  /// Of a write: together with the read of the same block just before it, by the same process, it is one
  /// read-modify-write, so that no other write comes between.
  bool updates = false;
  /// The version that a write made or a read saw. 0 is the initial one, and each write of the block makes the next.
  std::uint64_t version = unknown_version;
  /// What a write left or a read saw. 0 is the initial value; no two writes of a block leave the same. Where versions
  /// are known to everybody, the version does.
  std::uint64_t value = 0;
  /// When the access was called and when it was over, by a clock that all processes of the history share; 0 and 0 where
  /// there is none. What has not ended when the history does ends at UINT64_MAX.
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  constexpr bool timed() const { return begin != 0 || end != 0; }
};

/// In program order for each process, however they interleave.
using history = std::vector<access>;

struct violation {
  std::string what;  ///< names the accesses
};

/// `process 2 wrote block 5 version 7`, with the value where the version is unknown and the times where there are any.
std::string describe(const access& one);

}  // namespace liana_tests
