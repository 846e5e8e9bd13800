// The text: reads of a genome that is made up as it is read, so that any rank can make any part of it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace kmers {

/// A word of k bases, two bits each, the last one in the lowest bits; k is at most 31.
using kmer = std::uint64_t;

/// Scatters k-mers, many of which differ in few bits, over all numbers: the finalizer of SplitMix64 (Steele, Lea,
/// Flood, "Fast splittable pseudorandom number generators", 2014).
struct kmer_hash {
  std::uint64_t operator()(kmer which) const {
    which = (which ^ (which >> 30U)) * 0xBF58476D1CE4E5B9U;
    which = (which ^ (which >> 27U)) * 0x94D049BB133111EBU;
    return which ^ (which >> 31U);
  }
};

/// A circular genome of random bases, and reads of it: pieces from random places in which some bases are wrong.
struct problem {
  std::size_t genome_bases = 100000;
  std::size_t coverage = 10;  ///< how often a base is read
  std::size_t read_bases = 100;
  double error_rate = 0.005;  ///< share of bases that are read wrongly
  std::size_t k = 21;
  std::size_t queries = 1000000;
  std::uint64_t seed = 1;

  [[nodiscard]] std::size_t reads() const { return (genome_bases * coverage + read_bases - 1) / read_bases; }
  [[nodiscard]] std::size_t kmers_of_a_read() const { return read_bases - k + 1; }
  [[nodiscard]] std::size_t total_kmers() const { return reads() * kmers_of_a_read(); }

  /// No fewer than there are different k-mers, as a rule: those of the genome, and k for each base read wrong.
  [[nodiscard]] std::size_t expected_different() const;
};

/// Appends the k-mers of reads [first, end) in the order of the text.
void append_kmers(const problem& of, std::size_t first, std::size_t end, std::vector<kmer>& to);

/// What query `number` asks for: every other one for a k-mer of the genome, those between for any, of which few occur.
[[nodiscard]] kmer query(const problem& of, std::size_t number);

}  // namespace kmers
