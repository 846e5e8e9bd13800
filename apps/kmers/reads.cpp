#include "reads.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../common/random.hpp"

namespace kmers {

namespace {

constexpr std::uint64_t four_bases = 3;  // in two bits

std::uint64_t mask(std::size_t k) { return (std::uint64_t{1} << (2 * k)) - 1; }

/// The genome's bases, one after the other from any of them on.
class genome_cursor {
 public:
  genome_cursor(const problem& of, std::size_t from) : of_(&of), at_(from), bases_(word_at(from / 32)) {}

  std::uint64_t next() {
    const std::uint64_t base = bases_ >> (2 * (at_ % 32)) & four_bases;
    at_ = at_ + 1 < of_->genome_bases ? at_ + 1 : 0;
    if (at_ % 32 == 0) bases_ = word_at(at_ / 32);
    return base;
  }

 private:
  [[nodiscard]] std::uint64_t word_at(std::size_t number) const {
    return apps::random_stream(of_->seed, number).next();
  }

  const problem* of_;
  std::size_t at_;
  std::uint64_t bases_;  // the 32 that `at_` is among
};

// Streams of random numbers for one purpose each, beside the genome's.
std::uint64_t seed_of_reads(const problem& of) { return ~of.seed; }
std::uint64_t seed_of_queries(const problem& of) { return of.seed ^ 0x5555555555555555U; }

}  // namespace

std::size_t problem::expected_different() const {
  const auto wrong = static_cast<double>(reads() * read_bases) * error_rate;
  const auto different = static_cast<double>(genome_bases) + wrong * static_cast<double>(k);
  return static_cast<std::size_t>(std::min(different, static_cast<double>(total_kmers()))) + 1;
}

void append_kmers(const problem& of, std::size_t first, std::size_t end, std::vector<kmer>& to) {
  // A base is wrong when a random number, of which there are 2^32, is below this.
  const auto wrong_below = static_cast<std::uint64_t>(of.error_rate * 0x1p32);
  for (std::size_t number = first; number < end; ++number) {
    apps::random_stream random(seed_of_reads(of), number);
    genome_cursor genome(of, random.next() % of.genome_bases);
    kmer last = 0;
    for (std::size_t i = 0; i < of.read_bases; ++i) {
      const std::uint64_t drawn = random.next();
      const std::uint64_t change = (drawn >> 32U) < wrong_below ? 1 + (drawn & four_bases) % 3 : 0;
      last = (last << 2U | ((genome.next() + change) & four_bases)) & mask(of.k);
      if (i + 1 >= of.k) to.push_back(last);
    }
  }
}

kmer query(const problem& of, std::size_t number) {
  const std::uint64_t drawn = apps::random_stream(seed_of_queries(of), number).next();
  if (number % 2 != 0) return drawn & mask(of.k);
  genome_cursor genome(of, drawn % of.genome_bases);
  kmer result = 0;
  for (std::size_t i = 0; i < of.k; ++i) result = result << 2U | genome.next();
  return result;
}

}  // namespace kmers
