#include "allocator/slab.hpp"

#include <bit>
#include <cassert>
#include <iterator>

namespace liana::allocator {

allocation slab::take() {
  assert(!full());
  std::size_t word = 0;
  while (taken_[word] == ~std::uint64_t{0}) {
    ++word;
  }
  const auto bit = static_cast<unsigned>(std::countr_one(taken_[word]));
  taken_[word] |= std::uint64_t{1} << bit;
  const std::size_t object = word * 64 + bit;
  const bool zeroed = extent_.zeroed && object >= ever_used_;
  ever_used_ = object >= ever_used_ ? object + 1 : ever_used_;
  ++used_;
  return {extent_.offset + (object << extent_.block_log2), extent_.block_log2, extent_.extent_log2, 1, zeroed};
}

std::optional<allocation> slab::find(std::uint64_t offset) const {
  const std::uint64_t in_extent = offset - extent_.offset;
  const std::uint64_t object = in_extent >> extent_.block_log2;
  if (offset < extent_.offset || object >= extent_.blocks || object << extent_.block_log2 != in_extent ||
      (taken_[object / 64] >> (object % 64) & 1) == 0) {
    return std::nullopt;
  }
  return allocation{offset, extent_.block_log2, extent_.extent_log2, 1, false};
}

void slab::give(std::uint64_t offset) {
  assert(find(offset));
  const std::uint64_t object = (offset - extent_.offset) >> extent_.block_log2;
  taken_[object / 64] &= ~(std::uint64_t{1} << (object % 64));
  --used_;
}

void size_class::add(const slab& added) {
  assert(!has_room() && added.empty());
  slabs_.emplace(added.anchor(), added);
  spare_ = added.anchor();
}

allocation size_class::take() {
  assert(has_room());
  const std::uint64_t anchor = partial_.empty() ? *spare_ : *partial_.begin();
  if (spare_ == anchor) {
    partial_.insert(anchor);
    spare_.reset();
  }
  slab& from = slabs_.at(anchor);
  const allocation object = from.take();
  if (from.full()) {
    partial_.erase(anchor);
  }
  return object;
}

std::optional<allocation> size_class::find(std::uint64_t offset) const {
  const auto above = slabs_.upper_bound(offset);
  if (above == slabs_.begin()) {
    return std::nullopt;
  }
  return std::prev(above)->second.find(offset);
}

std::optional<page_run> size_class::give(std::uint64_t offset) {
  const auto holder = std::prev(slabs_.upper_bound(offset));
  slab& into = holder->second;
  into.give(offset);
  if (!into.empty()) {
    partial_.insert(into.anchor());
    return std::nullopt;
  }
  partial_.erase(into.anchor());
  if (!spare_) {
    spare_ = into.anchor();
    return std::nullopt;
  }
  const page_run pages = into.pages();
  slabs_.erase(holder);
  return pages;
}

std::optional<page_run> size_class::release_spare() {
  if (!spare_) {
    return std::nullopt;
  }
  const auto holder = slabs_.find(*spare_);
  const page_run pages = holder->second.pages();
  slabs_.erase(holder);
  spare_.reset();
  return pages;
}

}  // namespace liana::allocator
