#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

#include "apps/kmers/reads.hpp"
#include "apps/kmers/run.hpp"

namespace kmers {
namespace {

std::vector<kmer> all_of(const problem& of) {
  std::vector<kmer> all;
  append_kmers(of, 0, of.reads(), all);
  return all;
}

TEST(append_kmers, overlap_by_all_bases_but_one) {
  const problem of{.genome_bases = 50, .coverage = 1, .read_bases = 50, .error_rate = 0.1, .k = 5};
  const std::vector<kmer> all = all_of(of);
  ASSERT_EQ(all.size(), 46U);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_EQ(all[i - 1] & 0xFFU, all[i] >> 2U) << i;
}

TEST(append_kmers, are_the_same_in_one_go_and_in_parts) {
  const problem of{.genome_bases = 1000, .coverage = 3, .read_bases = 30, .k = 31 - 1};
  std::vector<kmer> parts;
  append_kmers(of, 0, 7, parts);
  append_kmers(of, 7, 7, parts);
  append_kmers(of, 7, of.reads(), parts);
  EXPECT_EQ(parts, all_of(of));
  EXPECT_EQ(parts.size(), of.total_kmers());
}

TEST(append_kmers, of_reads_without_errors_are_those_of_the_genome) {
  const problem of{.genome_bases = 300, .coverage = 50, .read_bases = 70, .error_rate = 0, .k = 12};
  EXPECT_LE(serial_counts(of, {.rank = 0, .ranks = 1}).size(), of.genome_bases);
}

TEST(append_kmers, differ_everywhere_where_every_base_is_wrong) {
  const problem right{.genome_bases = 200, .coverage = 5, .read_bases = 20, .error_rate = 0, .k = 1};
  problem wrong = right;
  wrong.error_rate = 1;
  const std::vector<kmer> of_right = all_of(right);
  const std::vector<kmer> of_wrong = all_of(wrong);
  ASSERT_EQ(of_right.size(), of_wrong.size());
  for (std::size_t i = 0; i < of_right.size(); ++i) EXPECT_NE(of_right[i], of_wrong[i]);
}

TEST(append_kmers, read_a_genome_shorter_than_a_read_in_circles) {
  const problem of{.genome_bases = 3, .coverage = 40, .read_bases = 30, .error_rate = 0, .k = 3};
  const counts_by_kmer counts = serial_counts(of, {.rank = 0, .ranks = 1});
  EXPECT_LE(counts.size(), 3U);
  EXPECT_EQ(all_of(of).size(), of.total_kmers());
}

TEST(query, asks_for_kmers_of_the_genome_every_other_time) {
  const problem of{.genome_bases = 500, .coverage = 200, .error_rate = 0, .k = 15, .queries = 1000};
  const counts_by_kmer counts = serial_counts(of, {.rank = 0, .ranks = 1});
  std::size_t found = 0;
  for (std::size_t i = 0; i < of.queries; i += 2) found += counts.count(query(of, i));
  EXPECT_EQ(found, 500U);
  for (std::size_t i = 1; i < of.queries; i += 2) EXPECT_LT(query(of, i), kmer{1} << 30U);
}

TEST(serial_counts, of_all_ranks_are_those_of_one) {
  const problem of{.genome_bases = 400, .coverage = 4, .read_bases = 40, .k = 9, .queries = 300};
  const counts_by_kmer all = serial_counts(of, {.rank = 0, .ranks = 1});
  const findings found = serial_findings(of, all);
  std::size_t different = 0;
  findings sum;
  for (int rank = 0; rank < 3; ++rank) {
    const counts_by_kmer part = serial_counts(of, {.rank = rank, .ranks = 3});
    for (const auto& [key, count] : part) EXPECT_EQ(all.at(key), count);
    different += part.size();
    const findings here = serial_findings(of, part);
    sum.found += here.found;
    sum.counts += here.counts;
  }
  EXPECT_EQ(different, all.size());
  EXPECT_EQ(sum, found);
}

}  // namespace
}  // namespace kmers
