// Linearizability of each block of a history.
//
// Every block must have behaved as if each access to it had happened at once at some moment between its begin and its
// end. Linearizable blocks together are sequentially consistent (Herlihy and Wing, "Linearizability", 1990), so what
// this check passes for accesses that are all timed needs no other; what has no common clock is for check_order.hpp.
#pragma once

#include "tests/history/history_index.hpp"

namespace liana_tests {

/// Checks any number of histories, one after the other, without allocating anew for each. O(n log n) in the accesses.
///
/// Where versions are known to the accesses the answer is exact: an access that begins after another one of its block
/// ended sees no older version, and a write a newer one. Where no version is known and nothing updates it is exact too,
/// by the zones of Gibbons and Korach, "Testing shared memories" (1997): what saw one value must fit between what saw
/// the others. In between, values in one chain (history_index.hpp) are taken as one zone: never a false alarm. Accesses
/// without times are held to the order of their own process only.
class block_checker {
 public:
  /// The first violation found. Throws std::invalid_argument if it is no history.
  std::optional<violation> check(std::span<const access> accesses);

 private:
  struct event {
    std::uint64_t time = 0;
    std::uint64_t which = 0;  // the access, and whether it ends: at equal times what begins comes first
  };
  // The time in which a chain was seen: from the first end of an access that saw it to the last begin of one.
  struct zone {
    std::uint32_t first_end = history_index::none;   // the access with it
    std::uint32_t last_begin = history_index::none;  // the access with it
  };
  struct placed_zone {
    std::uint32_t chain = 0;
    bool forward = false;
    std::uint64_t from = 0;  // first_end, of an initial value 0
    std::uint64_t to = 0;    // last_begin

    std::uint64_t left() const { return forward ? from : to; }
  };

  std::optional<violation> check_processes(std::span<const access> accesses) const;
  std::optional<violation> check_times(std::span<const access> accesses);
  std::optional<violation> check_zones(std::span<const access> accesses);
  void measure_zones(std::span<const access> accesses);
  violation overlap(std::span<const access> accesses, const placed_zone& a, const placed_zone& b) const;

  history_index index_;
  std::vector<event> events_;
  std::vector<std::uint32_t> newest_;  // by chain: the access that saw the newest value and has ended
  std::vector<zone> zones_;            // by chain
  std::vector<placed_zone> placed_;
};

/// One history.
std::optional<violation> check_blocks(std::span<const access> accesses);

}  // namespace liana_tests
