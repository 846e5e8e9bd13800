#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace liana::detail {

/// Which of a row of pages are free: one bit each. Unlike allocator::page_runs it allocates nothing after construction,
/// so pages can be given back where nothing may fail, and it looks for the next fit instead of the best one.
///
/// Thread safety: none; the owner locks.
class free_pages {
 public:
  /// All free.
  explicit free_pages(std::uint64_t pages);

  /// The first of `pages` (at least 1) free pages in a row, looking from where the last search ended, or nothing. Takes
  /// nothing. O(pages / 64) of the row, but O(1) when a search for as many has failed and no longer row has become free
  /// since.
  [[nodiscard]] std::optional<std::uint64_t> find(std::uint64_t pages);

  /// Lets the next search begin at `page`.
  void look_first_at(std::uint64_t page) { next_ = page; }

  /// The pages are free (take) or not free (give), all of them.
  void take(std::uint64_t first, std::uint64_t pages);
  void give(std::uint64_t first, std::uint64_t pages) noexcept;

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::uint64_t free() const { return free_; }

 private:
  static constexpr std::uint64_t word_bits = 64;

  [[nodiscard]] bool is_free(std::uint64_t page) const {
    return ((words_[page / word_bits] >> (page % word_bits)) & 1U) != 0;
  }
  /// The first page from `page` upwards, below `end`, that is free (or taken); else `end`.
  [[nodiscard]] std::uint64_t next(bool free, std::uint64_t page, std::uint64_t end) const;
  [[nodiscard]] std::optional<std::uint64_t> find_between(std::uint64_t pages, std::uint64_t first,
                                                          std::uint64_t end) const;
  /// The first page of the row of free pages that `page` belongs to.
  [[nodiscard]] std::uint64_t row_start(std::uint64_t page) const;
  void flip(std::uint64_t first, std::uint64_t pages);

  std::uint64_t size_;
  std::uint64_t free_ = 0;
  std::uint64_t longest_ = 0;         ///< no row of free pages is longer
  std::uint64_t next_ = 0;            ///< where the next search begins
  std::vector<std::uint64_t> words_;  ///< 1: free; bits past the last page are 0
};

}  // namespace liana::detail
