// The check: the same counts by one process, in the standard library's table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "../place.hpp"
#include "reads.hpp"

namespace kmers {

/// What was found by queries.
struct findings {
  std::uint64_t found = 0;   ///< queries for k-mers that occur
  std::uint64_t counts = 0;  ///< the sum of how often they occur

  void add(std::uint64_t count) {
    found += count > 0 ? 1 : 0;
    counts += count;
  }
  friend bool operator==(const findings&, const findings&) = default;
};

using counts_by_kmer = std::unordered_map<kmer, std::uint64_t>;

/// Counts the k-mers of all reads, but only those that this rank is to check, as many as any other one.
[[nodiscard]] counts_by_kmer serial_counts(const problem& of, const apps::place& at);

/// What all queries find among the k-mers that this rank is to check.
[[nodiscard]] findings serial_findings(const problem& of, const counts_by_kmer& counts);

}  // namespace kmers
