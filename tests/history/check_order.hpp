// Sequential consistency of a history across its blocks.
//
// All accesses together must have behaved as if they had happened one after the other, each process's in its program
// order. Times play no part. The check is the usual one, that no cycle is made up of program order (po), reads-from
// (rf), the order of the writes of a block (ws) and what follows from both, that a read precedes the write which
// replaced what it saw (fr): Alglave, Maranget and Tautschnig, "Herding cats" (2014).
#pragma once

#include <utility>

#include "tests/history/history_index.hpp"

namespace liana_tests {

/// Checks any number of histories, one after the other, without allocating anew for each. Linear in the accesses,
/// except that versions are sorted.
///
/// Exact where all versions are known. Otherwise the order of the writes of a block is what versions, updates and the
/// initial value tell (history_index.hpp), and the order in which each process saw them; what would take more to find
/// is passed (the general question is NP-complete: Gibbons and Korach, "Testing shared memories", 1997).
class order_checker {
 public:
  /// The first violation found: a cycle as short as could be found at reasonable cost. Throws std::invalid_argument if
  /// it is no history.
  std::optional<violation> check(std::span<const access> accesses);

 private:
  // The vertices: accesses by their number; after them, for each value of the index, the moment at which it is
  // replaced. Without the latter there would be an edge from each reader of a value to each write that comes later.
  template <class Visit>
  void for_each_edge(std::uint32_t from, Visit visit) const;
  std::uint32_t moment(std::uint32_t value) const { return count_ + value; }

  void connect(std::span<const access> accesses);
  void order_chains(std::uint32_t earlier, std::uint32_t later);
  bool sort_out();
  std::vector<std::uint32_t> shortest_cycle();
  std::vector<std::uint32_t> some_cycle();
  std::vector<std::uint32_t> cycle_through(std::uint32_t start);
  std::string label(std::span<const access> accesses, std::uint32_t from, std::uint32_t to) const;
  violation report(std::span<const access> accesses, const std::vector<std::uint32_t>& cycle) const;

  history_index index_;
  std::uint32_t count_ = 0;                                     // of accesses
  std::vector<std::uint32_t> next_;                             // in program order, by access
  std::vector<std::uint32_t> first_reader_;                     // by value
  std::vector<std::uint32_t> next_reader_;                      // by access: who saw the same value
  std::vector<std::uint32_t> first_later_;                      // by chain: into later_
  std::vector<std::pair<std::uint32_t, std::uint32_t>> later_;  // a chain that comes later, and where the next one is
  std::vector<std::uint32_t> waits_;                            // by vertex: edges to it that are not yet sorted out
  std::vector<std::uint32_t> ready_;
  std::vector<std::uint32_t> reached_from_;
};

/// One history.
std::optional<violation> check_order(std::span<const access> accesses);

}  // namespace liana_tests
