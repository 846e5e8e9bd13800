#include "runtime/cache/free_pages.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace liana::detail {
namespace {

/// `count` (1 to 64) ones from bit `from` upwards.
constexpr std::uint64_t ones(std::uint64_t from, std::uint64_t count) {
  return (~std::uint64_t{0} >> (64 - count)) << from;
}

}  // namespace

free_pages::free_pages(std::uint64_t pages) : size_(pages), words_((pages + word_bits - 1) / word_bits) {
  if (pages != 0) {
    give(0, pages);
  }
}

std::optional<std::uint64_t> free_pages::find(std::uint64_t pages) {
  if (pages > longest_ || pages > free_) {
    return std::nullopt;
  }
  next_ = std::min(next_, size_);
  auto found = find_between(pages, next_, size_);
  if (!found) {
    found = find_between(pages, 0, std::min(size_, next_ + pages - 1));
  }
  if (found) {
    next_ = *found + pages;
  } else {
    longest_ = pages - 1;
  }
  return found;
}

void free_pages::take(std::uint64_t first, std::uint64_t pages) {
  assert(first + pages <= size_ && next(false, first, first + pages) == first + pages);
  flip(first, pages);
  free_ -= pages;
}

void free_pages::give(std::uint64_t first, std::uint64_t pages) noexcept {
  assert(first + pages <= size_ && next(true, first, first + pages) == first + pages);
  flip(first, pages);
  free_ += pages;
  next_ = std::min(next_, first);
  longest_ = std::max(longest_, next(false, first + pages, size_) - row_start(first));
}

std::uint64_t free_pages::next(bool free, std::uint64_t page, std::uint64_t end) const {
  while (page < end) {
    const std::uint64_t word = free ? words_[page / word_bits] : ~words_[page / word_bits];
    const std::uint64_t rest = word >> (page % word_bits);
    if (rest != 0) {
      return std::min(end, page + static_cast<std::uint64_t>(std::countr_zero(rest)));
    }
    page += word_bits - page % word_bits;
  }
  return end;
}

std::optional<std::uint64_t> free_pages::find_between(std::uint64_t pages, std::uint64_t first,
                                                      std::uint64_t end) const {
  std::uint64_t start = next(true, first, end);
  while (start + pages <= end) {
    const std::uint64_t stop = next(false, start, start + pages);
    if (stop - start == pages) {
      return start;
    }
    start = next(true, stop, end);
  }
  return std::nullopt;
}

std::uint64_t free_pages::row_start(std::uint64_t page) const {
  // From the page downwards: bits that are free up to the highest one that is not.
  while (true) {
    const std::uint64_t index = page / word_bits;
    const std::uint64_t below = page % word_bits + 1;
    const auto row = static_cast<std::uint64_t>(std::countl_one(words_[index] << (word_bits - below)));
    const std::uint64_t start = page + 1 - std::min(row, below);
    if (row < below || start == 0 || !is_free(start - 1)) {
      return start;
    }
    page = start - 1;
  }
}

void free_pages::flip(std::uint64_t first, std::uint64_t pages) {
  while (pages != 0) {
    const std::uint64_t from = first % word_bits;
    const std::uint64_t count = std::min(pages, word_bits - from);
    words_[first / word_bits] ^= ones(from, count);
    first += count;
    pages -= count;
  }
}

}  // namespace liana::detail
