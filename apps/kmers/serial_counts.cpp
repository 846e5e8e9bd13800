#include "serial_counts.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace kmers {

counts_by_kmer serial_counts(const problem& of, const apps::place& at) {
  constexpr std::size_t reads_at_once = 64;
  const auto ranks = static_cast<std::uint64_t>(at.ranks);
  const auto rank = static_cast<std::uint64_t>(at.rank);
  counts_by_kmer counts;
  std::vector<kmer> some;
  for (std::size_t first = 0; first < of.reads(); first += reads_at_once) {
    some.clear();
    append_kmers(of, first, std::min(first + reads_at_once, of.reads()), some);
    for (const kmer each : some) {
      if (each % ranks == rank) ++counts[each];
    }
  }
  return counts;
}

findings serial_findings(const problem& of, const counts_by_kmer& counts) {
  findings all;
  for (std::size_t number = 0; number < of.queries; ++number) {
    const auto found = counts.find(query(of, number));
    if (found != counts.end()) all.add(found->second);
  }
  return all;
}

}  // namespace kmers
