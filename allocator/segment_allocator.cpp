#include "allocator/segment_allocator.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <string>

namespace liana::allocator {
namespace {

using detail::entry_bytes;
using detail::page_bytes;
using detail::page_log2;

/// The first page out of reach of an address of a block below 4 KiB.
constexpr std::uint64_t extent_end_page = detail::address::maximum_extent_offset >> page_log2;

/// value * 2^shift, or the largest value there is.
std::size_t shifted_or_max(std::size_t value, unsigned shift) {
  constexpr std::size_t max = std::numeric_limits<std::size_t>::max();
  return value > max >> shift ? max : value << shift;
}

std::uint64_t pages_for(std::size_t bytes) { return (bytes + page_bytes - 1) >> page_log2; }

std::uint64_t checked_pool_pages(std::size_t bytes) {
  if (bytes == 0 || bytes % page_bytes != 0 || bytes > detail::address::maximum_offset) {
    throw std::invalid_argument("segment_allocator(bytes " + std::to_string(bytes) +
                                "): a pool is a multiple of 4096 bytes, from 4096 to 2^43");
  }
  return bytes >> page_log2;
}

void check_request(unsigned block_log2, std::size_t blocks) {
  if (block_log2 < detail::minimum_block_log2 || block_log2 > detail::maximum_block_log2 || blocks == 0) {
    throw std::invalid_argument("segment_allocator::allocate(block_log2 " + std::to_string(block_log2) + ", blocks " +
                                std::to_string(blocks) + "): block_log2 is 3 to 30 and blocks at least 1");
  }
}

std::string exhausted_text(std::size_t asked, std::size_t entries, std::size_t alignment, std::size_t free,
                           std::size_t largest) {
  std::string text = "no place for " + std::to_string(asked) + " bytes";
  if (entries != 0) {
    text += " with " + std::to_string(entries) + " bytes of directory entries before them";
  }
  return text + ", aligned to " + std::to_string(alignment) + " bytes: " + std::to_string(free) +
         " bytes are free, the longest run of them has " + std::to_string(largest);
}

}  // namespace

exhausted::exhausted(std::size_t asked, std::size_t entries, std::size_t alignment, std::size_t free,
                     std::size_t largest)
    : std::runtime_error(exhausted_text(asked, entries, alignment, free, largest)),
      asked_bytes(asked),
      entries_bytes(entries),
      alignment_bytes(alignment),
      free_bytes(free),
      largest_bytes(largest) {}

/// What a number of blocks needs, and where that may lie.
struct segment_allocator::shape {
  unsigned block_log2 = 0;
  unsigned extent_log2 = 0;
  std::size_t blocks = 0;
  run_request request = {};
};

/// `blocks` is no more than fit into 2^43 bytes.
segment_allocator::shape segment_allocator::shape_of(unsigned block_log2, std::size_t blocks) {
  const std::size_t bytes = blocks << block_log2;
  if (block_log2 >= page_log2) {
    return {block_log2,
            0,
            blocks,
            {.data_pages = bytes >> page_log2, .alignment = std::uint64_t{1} << (block_log2 - page_log2)}};
  }
  const unsigned extent_log2 = std::max(page_log2, detail::block_log2_for(bytes));
  return {block_log2,
          extent_log2,
          blocks,
          {.entry_pages = pages_for(blocks * entry_bytes),
           .data_pages = pages_for(bytes),
           .alignment = std::uint64_t{1} << (extent_log2 - page_log2),
           .end = extent_end_page}};
}

segment_allocator::segment_allocator(std::size_t bytes, segment_memory& memory)
    : memory_(memory), pages_(checked_pool_pages(bytes)) {}

allocation segment_allocator::allocate(unsigned block_log2, std::size_t blocks) {
  check_request(block_log2, blocks);
  const detail::annotated_lock lock(mutex_);
  if (blocks > (pages_.pages() << page_log2) >> block_log2) {
    throw exhausted(shifted_or_max(blocks, block_log2), block_log2 < page_log2 ? shifted_or_max(blocks, 6) : 0,
                    std::max(page_bytes, std::size_t{1} << block_log2), pages_.free_pages() << page_log2,
                    pages_.largest() << page_log2);
  }
  if (blocks == 1 && block_log2 < page_log2) {
    if (!objects_of(block_log2).has_room()) {
      add_slab(block_log2);
    }
    const allocation object = objects_of(block_log2).take();
    ++live_;
    return object;
  }
  const shape wanted = shape_of(block_log2, blocks);
  const std::optional<placed> array = obtain(wanted);
  if (!array) {
    throw_exhausted(wanted);
  }
  arrays_.emplace(array->blocks.offset, *array);
  ++live_;
  return array->blocks;
}

std::optional<allocation> segment_allocator::find(std::uint64_t offset, unsigned block_log2) const {
  const detail::annotated_lock lock(mutex_);
  return find_live(offset, block_log2);
}

void segment_allocator::free(const allocation& freed) {
  const detail::annotated_lock lock(mutex_);
  const std::optional<allocation> live = find_live(freed.offset, freed.block_log2);
  if (!live || live->blocks != freed.blocks) {
    throw std::invalid_argument("segment_allocator::free(offset " + std::to_string(freed.offset) + ", block_log2 " +
                                std::to_string(freed.block_log2) + ", blocks " + std::to_string(freed.blocks) +
                                "): no such live allocation");
  }
  --live_;
  if (const auto array = arrays_.find(freed.offset);
      array != arrays_.end() && array->second.blocks.block_log2 == freed.block_log2) {
    pages_.give(array->second.pages);
    arrays_.erase(array);
  } else if (const std::optional<page_run> emptied = objects_of(freed.block_log2).give(freed.offset)) {
    pages_.give(*emptied);
  }
}

usage_t segment_allocator::usage() const {
  const detail::annotated_lock lock(mutex_);
  return {.total_bytes = pages_.pages() << page_log2,
          .used_bytes = (pages_.pages() - pages_.free_pages()) << page_log2,
          .free_bytes = pages_.free_pages() << page_log2,
          .largest_bytes = pages_.largest() << page_log2,
          .live_allocations = live_};
}

/// Takes pages of the wanted shape and makes them ready; nothing if there is no place for them.
std::optional<segment_allocator::placed> segment_allocator::obtain(const shape& wanted) {
  const std::optional<page_run> run = place(wanted);
  if (!run) {
    return std::nullopt;
  }
  const page_run data{run->first + wanted.request.entry_pages, wanted.request.data_pages};
  const std::vector<page_run> fresh = pages_.untouched(data);
  const bool zeroed = fresh.size() == 1 && fresh.front() == data;
  const std::uint64_t anchor = data.first << page_log2;
  // What can fail comes before the taking, so a failure leaves the pages free.
  commit(*run);
  if (wanted.request.entry_pages != 0) {
    memory_.prepare_entries(static_cast<std::int64_t>(anchor - wanted.blocks * entry_bytes), wanted.blocks);
  }
  pages_.take(*run);
  return placed{{anchor, wanted.block_log2, wanted.extent_log2, wanted.blocks, zeroed}, *run};
}

std::optional<page_run> segment_allocator::place(const shape& wanted) {
  do {
    if (wanted.request.entry_pages == 0 && pages_.pages() > extent_end_page) {
      // Whatever can lie out of reach of the smaller blocks leaves the pages within reach to them.
      run_request beyond = wanted.request;
      beyond.lowest = extent_end_page;
      if (const std::optional<page_run> run = pages_.place(beyond)) {
        return run;
      }
    }
    if (const std::optional<page_run> run = pages_.place(wanted.request)) {
      return run;
    }
  } while (release_spares());
  return std::nullopt;
}

/// Gives the pages of all kept slabs back. False if there were none.
bool segment_allocator::release_spares() {
  bool released = false;
  for (size_class& objects : objects_) {
    if (const std::optional<page_run> spare = objects.release_spare()) {
      pages_.give(*spare);
      released = true;
    }
  }
  return released;
}

/// Commits the pages of `run` that never were. Each part is recorded on its own, lest a failure at a later one lets it
/// be committed twice.
void segment_allocator::commit(page_run run) {
  for (const page_run& part : pages_.untouched(run)) {
    memory_.commit(part.first << page_log2, part.pages << page_log2);
    pages_.touch(part);
  }
}

/// Adds a slab of full size or, near exhaustion, the largest of its halves that has a place, down to one page of
/// entries and one of data.
void segment_allocator::add_slab(unsigned block_log2) {
  for (std::size_t blocks = slab::full_blocks(block_log2);; blocks /= 2) {
    const shape wanted = shape_of(block_log2, blocks);
    if (const std::optional<placed> extent = obtain(wanted)) {
      objects_of(block_log2).add(slab(extent->blocks, extent->pages));
      return;
    }
    if (wanted.request.pages() == 2) {
      throw_exhausted(shape_of(block_log2, 1));
    }
  }
}

std::optional<allocation> segment_allocator::find_live(std::uint64_t offset, unsigned block_log2) const {
  if (block_log2 < detail::minimum_block_log2 || block_log2 > detail::maximum_block_log2) {
    return std::nullopt;
  }
  if (const auto array = arrays_.find(offset);
      array != arrays_.end() && array->second.blocks.block_log2 == block_log2) {
    allocation found = array->second.blocks;
    found.zeroed = false;
    return found;
  }
  if (block_log2 < page_log2) {
    return objects_[block_log2 - detail::minimum_block_log2].find(offset);
  }
  return std::nullopt;
}

void segment_allocator::throw_exhausted(const shape& wanted) const {
  const std::size_t entries = wanted.request.entry_pages != 0 ? wanted.blocks * entry_bytes : 0;
  throw exhausted(wanted.blocks << wanted.block_log2, entries, wanted.request.alignment << page_log2,
                  pages_.free_pages() << page_log2, pages_.largest() << page_log2);
}

}  // namespace liana::allocator
