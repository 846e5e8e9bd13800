#include "run.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <fmt/core.h>

namespace kmers {

command_line parse_command_line(int argc, char** argv, bool speak) {
  constexpr std::size_t most = std::size_t{1} << 40U;
  command_line result;
  problem& what = result.values.what;

  apps::options all("Counts the k-mers of synthetic DNA in one hash table, and looks some up, by all ranks of a job.");
  all.whole("--genome", what.genome_bases, "bases of the genome", 1, most);
  all.whole("--coverage", what.coverage, "how often each base of the genome is read", 1, 10000);
  all.whole("--read", what.read_bases, "bases in a read", 1, 1U << 20U);
  all.decimal("--error-rate", what.error_rate, "wrong bases of those read", 0, 1);
  all.whole("--k", what.k, "bases in a k-mer", 1, 31);
  all.whole("--queries", what.queries, "k-mers to look up", 0, most);
  all.whole("--slots", result.values.wanted_slots,
            "slots of the table, rounded up to a power of 2; 0: 1.5 times the expected number of k-mers", 0, most);
  all.whole("--seed", what.seed, "seed of the genome and its reads");
  all.on_off("verify", result.values.verify, "compare with std::unordered_map");

  result.exit_code = all.parse(argc, argv, speak);
  if (!result.exit_code && what.k > what.read_bases) {
    result.exit_code =
        apps::refuse(fmt::format("--k: {} is more than the {} bases of a read", what.k, what.read_bases), speak);
  }
  return result;
}

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
