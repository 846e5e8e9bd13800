#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <liana/detail/address.hpp>

#include "runtime/cache/free_pages.hpp"

namespace liana::detail {

/// Makes the part of the cache's memory from the first byte on usable; may throw.
using commit_function = std::function<void(std::byte*, std::size_t)>;

/// The number of a replica, whose the memory is.
using replica_number = std::uint32_t;

/// The data part of the cache's memory: pages of 4 KiB, each free, cut into equal pieces (blocks of 32 B to 2 KiB), or
/// one of a run (blocks of 4 KiB and more); and the eviction hand that goes round over them. Of the replicas that own
/// pieces and runs it knows the numbers only; which of them may go, and how, it asks `residents`.
///
/// Invariants:
///   1. A page is cut while at least one of its pieces is owned, and in its size's list of open pages while one is not.
///   2. Pages from `pages_.size()` upwards are not committed, and free unless they are withheld; those below are
///      committed.
///
/// Thread safety: none; the owner locks.
class cache_pages {
 public:
  static constexpr unsigned smallest_log2 = 5;

  /// Those whose memory it is.
  class residents {
   public:
    residents() = default;
    residents(const residents&) = delete;
    residents& operator=(const residents&) = delete;
    virtual ~residents() = default;

    /// Whether it could be evicted now. One that was used since it was last asked about is spared, once: that it was
    /// used is forgotten.
    virtual bool may_go(replica_number owner) = 0;
    /// The same, used or not.
    virtual bool may_be_forced_out(replica_number owner) const = 0;
    /// Evicts it, which gives its memory back; false when that is not possible after all.
    virtual bool evict(replica_number owner) = 0;
  };

  /// `memory` is whole pages; `commit` must outlive this object.
  cache_pages(std::span<std::byte> memory, const commit_function& commit);

  /// Memory for a block of 2^block_log2 bytes, from what is free; null when there is none. Blocks of 4 KiB and more are
  /// aligned to pages, smaller ones to their size. Throws what `commit` throws, or std::bad_alloc; nothing is changed
  /// then.
  std::byte* take(unsigned block_log2, replica_number owner);

  /// Where memory could not be committed: does without the pages that are not, so that `make_room` and `take` go on
  /// with those that are. False when it does so already, or all are committed.
  bool withhold_uncommitted() noexcept;
  [[nodiscard]] bool withholds() const { return withheld_ != 0; }
  /// Takes that back: more memory may be had by now.
  void offer_uncommitted() noexcept;

  /// Gives back what `take` returned.
  void give(const std::byte* data, unsigned block_log2) noexcept;

  /// Evicts until `take` finds memory; false when it cannot. CLOCK: the hand moves on over the pages, spares what was
  /// used since it last passed and what may not go. Where the hand finds a page cut into pieces of the wanted size, one
  /// replica goes, elsewhere all of as many pages in a row as are wanted. Two rounds spare what was used (the second
  /// finds what nobody used during the first); what may go still goes in a third.
  bool make_room(unsigned block_log2, residents& them);

  [[nodiscard]] std::uint64_t used_pages() const { return free_.size() - free_.free() - withheld_; }

 private:
  static constexpr std::uint32_t none = 0xFFFF'FFFF;
  static constexpr std::uint32_t free_piece =
      0x8000'0000;  ///< marks a piece nobody owns; the rest is the next such piece
  static constexpr std::uint32_t end_of_pieces = 0x7FFF'FFFF;
  static constexpr std::uint64_t commit_pages = 16;

  enum class use : std::uint8_t { free, cut, run_first, run_rest };

  struct page {
    use what = use::free;
    std::uint8_t piece_log2 = 0;    ///< cut
    std::uint16_t owned = 0;        ///< cut: pieces
    std::uint32_t first_free = 0;   ///< cut: a piece
    replica_number owner = 0;       ///< run_first
    std::uint32_t run = 0;          ///< run_first: pages; run_rest: the first page
    std::uint32_t previous = none;  ///< cut: in the list of open pages
    std::uint32_t next = none;
    std::unique_ptr<std::uint32_t[]> pieces;  ///< cut: owners, and the list of those without
  };

  /// Pages that are free, or go, together.
  struct unit {
    std::uint64_t first;
    std::uint64_t pages;
    [[nodiscard]] std::uint64_t end() const { return first + pages; }
  };

  [[nodiscard]] static std::uint32_t pieces_of(const page& cut) { return 1U << (page_log2 - cut.piece_log2); }

  void commit_up_to(std::uint64_t end);
  std::byte* take_piece(unsigned log2, replica_number owner);
  std::byte* take_run(std::uint64_t pages, replica_number owner);
  bool open_page(unsigned log2);
  void link(std::uint32_t number);
  void unlink(std::uint32_t number);

  bool sweep(unsigned block_log2, residents& them, bool forced);
  bool evict_piece(page& cut, residents& them, bool forced);
  [[nodiscard]] unit unit_at(std::uint64_t number) const;
  bool may_go(unit pages, residents& them, bool forced) const;
  bool evict(std::uint64_t first, std::uint64_t end, residents& them);
  bool evict_unit(unit pages, residents& them);

  std::span<std::byte> memory_;
  const commit_function& commit_;
  free_pages free_;
  std::vector<page> pages_;
  std::array<std::uint32_t, page_log2> open_{};  ///< by log2 of the size: the first page with a piece that nobody owns
  std::uint64_t withheld_ = 0;                   ///< pages
  std::uint64_t hand_ = 0;
  std::uint32_t hand_piece_ = 0;  ///< within the page, where it is cut into pieces of the wanted size
};

}  // namespace liana::detail
