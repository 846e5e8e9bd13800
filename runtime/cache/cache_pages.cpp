#include "runtime/cache/cache_pages.hpp"

#include <algorithm>
#include <cassert>
#include <optional>

namespace liana::detail {

cache_pages::cache_pages(std::span<std::byte> memory, const commit_function& commit)
    : memory_(memory), commit_(commit), free_(memory.size() / page_bytes) {
  open_.fill(none);
}

// ---- memory ----

std::byte* cache_pages::take(unsigned block_log2, replica_number owner) {
  assert(block_log2 >= smallest_log2);
  return block_log2 < page_log2 ? take_piece(block_log2, owner)
                                : take_run(std::uint64_t{1} << (block_log2 - page_log2), owner);
}

void cache_pages::give(const std::byte* data, unsigned block_log2) noexcept {
  const auto offset = static_cast<std::uint64_t>(data - memory_.data());
  const auto number = static_cast<std::uint32_t>(offset / page_bytes);
  page& touched = pages_[number];
  if (block_log2 >= page_log2) {
    const std::uint64_t pages = touched.run;
    for (std::uint64_t i = number; i < number + pages; ++i) {
      pages_[i].what = use::free;
    }
    free_.give(number, pages);
    return;
  }
  assert(touched.what == use::cut && touched.piece_log2 == block_log2);
  const bool was_open = touched.owned < pieces_of(touched);
  const auto piece = static_cast<std::uint32_t>(offset % page_bytes >> block_log2);
  touched.pieces[piece] = free_piece | touched.first_free;
  touched.first_free = piece;
  --touched.owned;
  if (touched.owned == 0) {
    if (was_open) {
      unlink(number);
    }
    touched.pieces.reset();
    touched.what = use::free;
    free_.give(number, 1);
  } else if (!was_open) {
    link(number);
  }
}

/// Invariant 2. In larger steps, since each is a system call.
void cache_pages::commit_up_to(std::uint64_t end) {
  const std::uint64_t committed = pages_.size();
  if (end <= committed) {
    return;
  }
  const std::uint64_t wanted = std::min(free_.size(), std::max(end, committed + commit_pages));
  if (pages_.capacity() < wanted) {
    pages_.reserve(std::min(free_.size(), std::max<std::uint64_t>(wanted, 2 * pages_.capacity())));
  }
  commit_(memory_.data() + committed * page_bytes, (wanted - committed) * page_bytes);
  pages_.resize(wanted);
}

bool cache_pages::withhold_uncommitted() noexcept {
  if (withheld_ != 0 || pages_.size() == free_.size()) {
    return false;
  }
  withheld_ = free_.size() - pages_.size();
  free_.take(pages_.size(), withheld_);
  return true;
}

void cache_pages::offer_uncommitted() noexcept {
  if (withheld_ != 0) {
    free_.give(pages_.size(), withheld_);
    withheld_ = 0;
  }
}

std::byte* cache_pages::take_piece(unsigned log2, replica_number owner) {
  if (open_[log2] == none && !open_page(log2)) {
    return nullptr;
  }
  const std::uint32_t number = open_[log2];
  page& open = pages_[number];
  const std::uint32_t piece = open.first_free;
  open.first_free = open.pieces[piece] & ~free_piece;
  open.pieces[piece] = owner;
  ++open.owned;
  if (open.owned == pieces_of(open)) {
    unlink(number);
  }
  return memory_.data() + number * page_bytes + (std::size_t{piece} << log2);
}

/// Cuts a free page; false when there is none.
bool cache_pages::open_page(unsigned log2) {
  const std::optional<std::uint64_t> found = free_.find(1);
  if (!found) {
    return false;
  }
  commit_up_to(*found + 1);
  const std::uint32_t pieces = 1U << (page_log2 - log2);
  auto list = std::make_unique<std::uint32_t[]>(pieces);
  for (std::uint32_t i = 0; i < pieces; ++i) {
    list[i] = free_piece | (i + 1 < pieces ? i + 1 : end_of_pieces);
  }
  free_.take(*found, 1);
  page& fresh = pages_[*found];
  fresh.what = use::cut;
  fresh.piece_log2 = static_cast<std::uint8_t>(log2);
  fresh.owned = 0;
  fresh.first_free = 0;
  fresh.pieces = std::move(list);
  link(static_cast<std::uint32_t>(*found));
  return true;
}

std::byte* cache_pages::take_run(std::uint64_t pages, replica_number owner) {
  const std::optional<std::uint64_t> found = free_.find(pages);
  if (!found) {
    return nullptr;
  }
  commit_up_to(*found + pages);
  free_.take(*found, pages);
  for (std::uint64_t i = *found; i < *found + pages; ++i) {
    pages_[i].what = use::run_rest;
    pages_[i].run = static_cast<std::uint32_t>(*found);
  }
  page& first = pages_[*found];
  first.what = use::run_first;
  first.run = static_cast<std::uint32_t>(pages);
  first.owner = owner;
  return memory_.data() + *found * page_bytes;
}

void cache_pages::link(std::uint32_t number) {
  page& open = pages_[number];
  std::uint32_t& head = open_[open.piece_log2];
  open.previous = none;
  open.next = head;
  if (head != none) {
    pages_[head].previous = number;
  }
  head = number;
}

void cache_pages::unlink(std::uint32_t number) {
  const page& open = pages_[number];
  (open.previous != none ? pages_[open.previous].next : open_[open.piece_log2]) = open.next;
  if (open.next != none) {
    pages_[open.next].previous = open.previous;
  }
}

// ---- eviction ----

bool cache_pages::make_room(unsigned block_log2, residents& them) {
  if (block_log2 >= page_log2 && std::uint64_t{1} << (block_log2 - page_log2) > free_.size()) {
    return false;
  }
  return sweep(block_log2, them, false) || sweep(block_log2, them, false) || sweep(block_log2, them, true);
}

/// One round of the hand.
bool cache_pages::sweep(unsigned block_log2, residents& them, bool forced) {
  const std::uint64_t wanted = block_log2 < page_log2 ? 1 : std::uint64_t{1} << (block_log2 - page_log2);
  // A round ends where it began, but a window that begins there may reach on.
  std::uint64_t left = free_.size() + wanted;
  std::uint64_t window = 0;  // pages in a row, up to the hand, that may go
  while (left > 0) {
    if (hand_ >= free_.size()) {
      hand_ = 0;
      window = 0;
    }
    if (hand_ < pages_.size() && pages_[hand_].what == use::cut && pages_[hand_].piece_log2 == block_log2) {
      if (evict_piece(pages_[hand_], them, forced)) {
        return true;
      }
      window = 0;
      ++hand_;
      --left;
      continue;
    }
    hand_piece_ = 0;
    const unit here = unit_at(hand_);
    window = may_go(here, them, forced) ? window + here.pages : 0;
    hand_ = here.end();
    left -= std::min(left, here.pages);
    if (window >= wanted) {
      std::uint64_t first = hand_ - window;
      while (unit_at(first).end() + wanted <= hand_) {
        first = unit_at(first).end();  // what follows is enough
      }
      if (evict(first, hand_, them)) {
        free_.look_first_at(first);
        return true;
      }
      window = 0;
    }
  }
  return false;
}

/// The hand moves on over the pieces of a page; the first that may go goes.
bool cache_pages::evict_piece(page& cut, residents& them, bool forced) {
  const std::uint32_t pieces = pieces_of(cut);
  while (hand_piece_ < pieces) {
    const std::uint32_t owner = cut.pieces[hand_piece_++];
    if ((owner & free_piece) == 0 && (forced ? them.may_be_forced_out(owner) : them.may_go(owner)) &&
        them.evict(owner)) {
      return true;
    }
  }
  hand_piece_ = 0;
  return false;
}

cache_pages::unit cache_pages::unit_at(std::uint64_t number) const {
  if (number >= pages_.size()) {
    return {.first = number, .pages = 1};
  }
  const page& here = pages_[number];
  if (here.what == use::run_rest) {
    return unit_at(here.run);
  }
  return {.first = number, .pages = here.what == use::run_first ? here.run : 1};
}

bool cache_pages::may_go(unit pages, residents& them, bool forced) const {
  if (pages.first >= pages_.size()) {
    return withheld_ == 0;
  }
  const auto one_may_go = [&](replica_number owner) {
    return forced ? them.may_be_forced_out(owner) : them.may_go(owner);
  };
  const page& first = pages_[pages.first];
  if (first.what == use::run_first) {
    return one_may_go(first.owner);
  }
  bool all = true;
  if (first.what == use::cut) {
    // All are asked: the hand has passed them, so each has to forget that it was used.
    for (std::uint32_t i = 0; i < pieces_of(first); ++i) {
      if ((first.pieces[i] & free_piece) == 0 && !one_may_go(first.pieces[i])) {
        all = false;
      }
    }
  }
  return all;
}

/// Evicts all that lies in pages [first, end).
bool cache_pages::evict(std::uint64_t first, std::uint64_t end, residents& them) {
  while (first < end) {
    const unit here = unit_at(first);
    if (!evict_unit(here, them)) {
      return false;
    }
    first = here.end();
  }
  return true;
}

bool cache_pages::evict_unit(unit pages, residents& them) {
  if (pages.first >= pages_.size()) {
    return true;
  }
  page& first = pages_[pages.first];
  if (first.what == use::run_first) {
    return them.evict(first.owner);
  }
  // The page is free, and the list gone, when the last has left.
  for (std::uint32_t i = 0; first.what == use::cut && i < pieces_of(first); ++i) {
    if ((first.pieces[i] & free_piece) == 0 && !them.evict(first.pieces[i])) {
      return false;
    }
  }
  return true;
}

}  // namespace liana::detail
