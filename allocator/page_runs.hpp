#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace liana::allocator {

/// `pages` consecutive pages from page `first` upwards.
struct page_run {
  std::uint64_t first = 0;
  std::uint64_t pages = 0;

  [[nodiscard]] std::uint64_t end() const { return first + pages; }
  friend bool operator==(const page_run&, const page_run&) = default;
};

/// A run to look for. It is split by its anchor: entries lie in the pages before it, data in those from it upwards.
struct run_request {
  std::uint64_t entry_pages = 0;
  std::uint64_t data_pages = 1;
  std::uint64_t alignment = 1;  ///< the anchor is a multiple of this many pages; a power of two
  std::uint64_t lowest = 0;     ///< the run starts no lower,
  std::uint64_t end = std::numeric_limits<std::uint64_t>::max();  ///< and ends no higher

  [[nodiscard]] std::uint64_t pages() const { return entry_pages + data_pages; }
};

/// Which pages of a pool are free, and which were never used.
///
/// Invariants:
///   1. Free runs are disjoint and maximal: no two of them touch.
///   2. by_length_ holds exactly the runs of free_.
///   3. Intervals in untouched_ are disjoint; taking pages touches them.
///
/// Thread safety: none; the owner locks. Cost: O(log n) in the number of intervals, except where place() says more.
class page_runs {
 public:
  /// All pages free and untouched. Throws std::invalid_argument for a pool without pages.
  explicit page_runs(std::uint64_t pages);

  /// The best place for `request`, or nothing where no free run can hold it. Takes nothing. Best fit: the shortest free
  /// run that can hold it, the anchor as low in the run as alignment allows; among runs of one length the one that
  /// needs the fewest untouched pages, then the lowest. Linear in the free runs that are long enough but badly aligned.
  [[nodiscard]] std::optional<page_run> place(const run_request& request) const;

  /// Removes `run` from the free run that holds it; what is cut off on either side stays free. Throws std::logic_error
  /// if some of it is not free.
  void take(page_run run);

  /// Makes `run` free again and joins it with its free neighbours. Throws std::logic_error if some of it is free.
  void give(page_run run);

  /// The parts of `run` that were never touched, ascending.
  [[nodiscard]] std::vector<page_run> untouched(page_run run) const;

  /// Records that `run` is in use for the first time, or again; there is no way back.
  void touch(page_run run);

  [[nodiscard]] std::uint64_t pages() const { return pages_; }
  [[nodiscard]] std::uint64_t free_pages() const { return free_pages_; }
  [[nodiscard]] std::uint64_t largest() const { return by_length_.empty() ? 0 : by_length_.rbegin()->first; }

 private:
  using runs = std::map<std::uint64_t, std::uint64_t>;  // first page -> number of pages

  [[nodiscard]] std::uint64_t count_untouched(page_run run) const;
  /// The lowest of `intervals` that holds `page` or lies above it.
  [[nodiscard]] static runs::const_iterator at_or_above(const runs& intervals, std::uint64_t page);
  void insert_free(page_run run);
  void erase_free(runs::const_iterator run);

  std::uint64_t pages_;
  std::uint64_t free_pages_ = 0;
  runs free_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> by_length_;  // number of pages, first page
  runs untouched_;
};

}  // namespace liana::allocator
