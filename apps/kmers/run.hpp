// Options, course and check of the program, whatever the counts lie in.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "../common/command_line.hpp"
#include "../common/ranks.hpp"
#include "../common/times.hpp"
#include "reads.hpp"

namespace kmers {

struct settings {
  problem what;
  std::size_t wanted_slots = 0;  ///< 0: as many as fit
  bool verify = true;

  /// Slots of the table, of which at most two thirds are to be taken.
  [[nodiscard]] std::size_t slots() const {
    return wanted_slots != 0 ? wanted_slots : what.expected_different() * 3 / 2 + 1;
  }
};

using command_line = apps::command_line<settings>;

/// See apps::options::parse.
[[nodiscard]] command_line parse_command_line(int argc, char** argv, bool speak);

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

/// What the whole table holds.
struct contents {
  std::uint64_t different = 0;
  std::uint64_t once = 0;
  std::uint64_t total = 0;

  void add(std::uint64_t count) {
    ++different;
    once += count == 1 ? 1 : 0;
    total += count;
  }
};

/// Collective. Counts the k-mers of all reads, as many of them on each rank as on any other.
template <class Table>
void count(Table& table, const problem& what, const apps::place& at) {
  const apps::part mine = apps::part_of(what.reads(), at.rank, at.ranks);
  const std::size_t most = apps::most_of_a_rank(what.reads(), at.ranks);
  const std::size_t at_once = std::max<std::size_t>(1, Table::keys_at_once / what.kmers_of_a_read());
  std::vector<kmer> some;
  apps::progress progress("read", at.rank == 0);
  for (std::size_t done = 0; done < most; done += at_once) {
    const std::size_t first = std::min(mine.first + done, mine.end);
    some.clear();
    append_kmers(what, first, std::min(first + at_once, mine.end), some);
    table.add(some);
    progress.at(done, [&] { return fmt::format("{} of this rank to go", most - done); });
  }
}

/// Collective. This rank's part of what all queries find.
template <class Table>
findings look_up(Table& table, const problem& what, const apps::place& at) {
  const apps::part mine = apps::part_of(what.queries, at.rank, at.ranks);
  const std::size_t most = apps::most_of_a_rank(what.queries, at.ranks);
  findings result;
  std::vector<kmer> some;
  std::vector<std::uint64_t> counts;
  apps::progress progress("query", at.rank == 0);
  for (std::size_t done = 0; done < most; done += Table::keys_at_once) {
    const std::size_t first = std::min(mine.first + done, mine.end);
    const std::size_t end = std::min(first + Table::keys_at_once, mine.end);
    some.clear();
    for (std::size_t number = first; number < end; ++number) some.push_back(query(what, number));
    counts.resize(some.size());
    table.find(some, counts);
    for (const std::uint64_t each : counts) result.add(each);
    progress.at(done, [&] { return fmt::format("{} of this rank to go", most - done); });
  }
  return result;
}

/// Collective. How many of this rank's part of the right counts the table has otherwise.
template <class Table>
std::uint64_t wrong_counts(Table& table, const counts_by_kmer& right) {
  const std::vector<std::pair<kmer, std::uint64_t>> all(right.begin(), right.end());
  const std::uint64_t most = table.greatest(all.size());
  std::uint64_t wrong = 0;
  std::vector<kmer> some;
  std::vector<std::uint64_t> counts;
  for (std::size_t done = 0; done < most; done += Table::keys_at_once) {
    const std::size_t first = std::min(done, all.size());
    const auto now = std::span(all).subspan(first, std::min(Table::keys_at_once, all.size() - first));
    some.clear();
    for (const auto& [key, count] : now) some.push_back(key);
    counts.resize(some.size());
    table.find(some, counts);
    for (std::size_t i = 0; i < now.size(); ++i) wrong += counts[i] == now[i].second ? 0U : 1U;
  }
  return wrong;
}

/// Collective. Returns whether table and findings, those of all ranks, are right.
template <class Table>
bool verify(Table& table, const contents& held, const findings& found, const problem& what, const apps::place& at) {
  const counts_by_kmer right = serial_counts(what, at);
  const findings part = serial_findings(what, right);
  const std::uint64_t different = table.sum(right.size());
  const std::uint64_t wrong = table.sum(wrong_counts(table, right));
  const findings right_findings{.found = table.sum(part.found), .counts = table.sum(part.counts)};
  const bool good =
      wrong == 0 && held.different == different && held.total == what.total_kmers() && found == right_findings;
  if (at.rank == 0) {
    fmt::print(
        "Against std::unordered_map: {} of {} counts wrong, {} k-mers too many or too few, sum of counts off by {}, "
        "findings {}; allowed is no difference: {}\n",
        wrong, different, held.different > different ? held.different - different : different - held.different,
        static_cast<std::int64_t>(held.total - what.total_kmers()), found == right_findings ? "the same" : "different",
        good ? "good" : "WRONG");
  }
  return good;
}

/// Millions in a second.
[[nodiscard]] inline double rate(std::size_t number, apps::seconds time) {
  return 1e-6 * static_cast<double>(number) / time.count();
}

/// Collective. What the program does with an empty `Table`; returns its exit status. A table has
///
///     keys_at_once              // a constant: how many keys are best handed over together
///     add(keys), find(keys, counts)  // all ranks call them equally often
///     for_each_own(f)           // f(key, count) for this rank's part of the table
///     meet(), sum(number), greatest(number)  // collective
template <class Table>
int run(Table& table, const settings& with, const apps::place& at) {
  const problem& what = with.what;
  if (at.rank == 0) {
    fmt::print("{} ranks, {} reads of {} bases, {} {}-mers, {} queries\n", at.ranks, what.reads(), what.read_bases,
               what.total_kmers(), what.k, what.queries);
    std::fflush(stdout);
  }
  table.meet();
  const apps::seconds counting = apps::time_of([&] {
    count(table, what, at);
    table.meet();
  });
  findings found;
  const apps::seconds finding = apps::time_of([&] {
    found = look_up(table, what, at);
    table.meet();
  });
  contents held;
  table.for_each_own([&](kmer, std::uint64_t count) { held.add(count); });
  held = {.different = table.sum(held.different), .once = table.sum(held.once), .total = table.sum(held.total)};
  found = {.found = table.sum(found.found), .counts = table.sum(found.counts)};
  if (at.rank == 0) {
    fmt::print("{} different k-mers, {} of them once; {} queries found one\n", held.different, held.once, found.found);
    fmt::print("Counted {:.1f} M k-mers and answered {:.1f} M queries in a second\n",
               rate(what.total_kmers(), counting), rate(what.queries, finding));
    apps::print_times("run", {counting + finding});
    std::fflush(stdout);
  }
  return !with.verify || verify(table, held, found, what, at) ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace kmers
