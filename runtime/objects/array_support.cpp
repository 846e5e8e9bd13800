#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>

#include <fmt/format.h>

#include <liana/detail/array_access.hpp>
#include <liana/detail/array_storage.hpp>
#include <liana/error.hpp>

namespace liana::detail {
namespace {

/// Pieces handed over at a time: enough to keep the transport busy, few enough for the stack.
constexpr std::size_t piece_batch = 256;

/// Whether a scatter should take a block as a whole for so many elements of it, rather than write them one by one, each
/// in another round: that moves all of the block, but only once.
bool is_worth_holding(std::size_t elements, std::size_t block_bytes) {
  constexpr std::size_t most_rounds = 4;
  constexpr std::size_t most_bytes_each = 1024;
  return elements > most_rounds && elements * most_bytes_each >= block_bytes;
}

/// Calls `visit(address, position, elements)` for the part of [first, first + count) in each block, `position` counting
/// from `first`.
template <class Visit>
void for_each_block(const array_storage& storage, std::size_t first, std::size_t count, Visit visit) {
  const std::size_t per_block = storage.per_block.divisor();
  auto from = storage.find(first);
  for (std::size_t done = 0; done < count;) {
    const std::size_t elements = std::min(count - done, per_block - from.in_block);
    const auto skipped = static_cast<std::int64_t>(from.in_block * storage.element_bytes);
    visit(storage.block_address(from.block).advanced(skipped), done, elements);
    done += elements;
    from = {.block = from.block + 1, .in_block = 0};
  }
}

/// A list of bounded length that is handed over when it is full, and by `flush`.
template <class Item, class HandOver>
class batch {
 public:
  explicit batch(HandOver hand_over) : hand_over_(hand_over) {}

  void add(const Item& item) {
    items_[size_] = item;
    ++size_;
    if (size_ == items_.size()) {
      flush();
    }
  }
  void flush() {
    if (size_ != 0) {
      hand_over_(std::span(items_).first(size_));
      size_ = 0;
    }
  }

 private:
  HandOver hand_over_;
  std::array<Item, piece_batch> items_;
  std::size_t size_ = 0;
};

/// One element of a gather or scatter: the address in the array, and the memory beside it.
template <class Byte>
struct element_copy {
  address at;
  Byte* memory = nullptr;
};

/// Block by block, and within one address in the order in which the caller's lists name it.
template <class Byte>
void sort_by_address(std::span<element_copy<Byte>> copies) {
  std::sort(copies.begin(), copies.end(), [](const element_copy<Byte>& a, const element_copy<Byte>& b) {
    return a.at == b.at ? a.memory < b.memory : a.at.bits() < b.at.bits();
  });
}

/// What one block has of a sorted list, from its beginning.
template <class Byte>
std::span<element_copy<Byte>> first_block(std::span<element_copy<Byte>> copies) {
  const address block = copies.front().at.block();
  const auto end = std::find_if(copies.begin(), copies.end(),
                                [block](const element_copy<Byte>& each) { return each.at.block() != block; });
  return copies.first(static_cast<std::size_t>(end - copies.begin()));
}

using element_write = element_copy<const std::byte>;

/// Writes several elements of one block while holding it.
void write_in_block(std::span<const element_write> writes, std::size_t element_bytes) {
  const address block = writes.front().at.block();
  write_hold hold = open_write(block, block.block_bytes());
  for (const element_write& each : writes) {
    std::memcpy(hold.data + each.at.offset_in_block(), each.memory, element_bytes);
  }
  close_write(hold);
}

/// Writes a sorted list: blocks that are worth holding one after the other, the others pipelined, one element of each
/// block in each round.
void write_sorted(std::span<element_write> writes, std::size_t element_bytes) {
  std::array<std::span<element_write>, piece_batch> few;  // what is left of each block that takes part in the rounds
  std::size_t blocks = 0;
  for (auto rest = writes; !rest.empty();) {
    const auto block = first_block(rest);
    if (is_worth_holding(block.size(), block.front().at.block_bytes())) {
      write_in_block(block, element_bytes);
    } else {
      few[blocks] = block;
      ++blocks;
    }
    rest = rest.subspan(block.size());
  }
  batch<const_piece, decltype(&write_pieces)> pieces(&write_pieces);
  while (blocks != 0) {
    std::size_t left = 0;
    for (std::size_t i = 0; i < blocks; ++i) {
      const element_write& next = few[i].front();
      pieces.add({.at = next.at, .bytes = element_bytes, .memory = next.memory});
      if (few[i].size() > 1) {
        few[left] = few[i].subspan(1);
        ++left;
      }
    }
    pieces.flush();
    blocks = left;
  }
}

}  // namespace

// m = ceil(2^(63 + l) / d) with 2^l >= d exceeds 2^(63 + l) / d by less than 2^l / d, so that floor(n m / 2^(63 + l)) =
// floor(n / d) for all n below 2^63; and m has 64 bits because d > 2^(l - 1).
divider::divider(std::uint64_t divisor) : divisor_(divisor) {
  assert(divisor != 0 && divisor <= std::uint64_t{1} << 63U);
  const auto log2 = static_cast<unsigned>(std::bit_width(divisor - 1));
  const unsigned __int128 power = static_cast<unsigned __int128>(1) << (63U + log2);
  multiplier_ = static_cast<std::uint64_t>((power + divisor - 1) / divisor);
  shift_ = log2;
}

void refuse_range(const array_storage* storage, const char* operation, std::size_t first, std::size_t count) {
  if (storage == nullptr) {
    throw usage_error(fmt::format("{}: the handle refers to no array; liana::make_array makes one", operation));
  }
  if (!storage->alive) {
    throw usage_error(fmt::format(
        "{}: the array (number {} of its runtime, {} elements) is gone: it was destroyed or its runtime has ended",
        operation, storage->number, storage->size));
  }
  if (count == 1) {
    throw usage_error(
        fmt::format("{}: index {} is out of range: the array has {} elements", operation, first, storage->size));
  }
  throw usage_error(fmt::format("{}: {} elements from index {} on are out of range: the array has {} elements",
                                operation, count, first, storage->size));
}

void refuse_lengths(const char* operation, std::size_t indices, std::size_t values) {
  throw usage_error(fmt::format("{}: {} indices but room for {} elements; the two spans must have the same length",
                                operation, indices, values));
}

void refuse_cyclic(const char* operation) {
  throw usage_error(
      fmt::format("{}: under layout::cyclic the elements of a rank are not one range; use home(i), or an array with "
                  "layout::blocked",
                  operation));
}

std::size_t blocks_of(const array_storage& storage, rank_t home) {
  const auto number = static_cast<std::size_t>(home);
  if (storage.layout == layout::blocked) {
    const std::size_t run = storage.per_rank.divisor();
    return std::min((number + 1) * run, storage.blocks) - std::min(number * run, storage.blocks);
  }
  const std::size_t ranks = storage.by_ranks.divisor();
  return (storage.blocks + ranks - 1 - number) / ranks;
}

std::size_t elements_of(const array_storage& storage, rank_t home) {
  const std::size_t blocks = blocks_of(storage, home);
  const std::size_t per_block = storage.per_block.divisor();
  const bool has_last = blocks != 0 && storage.home_of_block(storage.blocks - 1) == home;
  return blocks * per_block - (has_last ? storage.blocks * per_block - storage.size : 0);
}

std::pair<std::size_t, std::size_t> run_of(const array_storage& storage, rank_t home) {
  const std::size_t elements = storage.per_rank.divisor() * storage.per_block.divisor();
  const auto number = static_cast<std::size_t>(home);
  return {std::min(number * elements, storage.size), std::min((number + 1) * elements, storage.size)};
}

std::vector<address> own_blocks(const array_storage& storage) {
  std::vector<address> blocks(blocks_of(storage, storage.rank));
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    blocks[i] = storage.first[static_cast<std::size_t>(storage.rank)].advanced(
        static_cast<std::int64_t>(i << storage.block_log2));
  }
  return blocks;
}

std::byte* own_memory(const array_storage& storage) {
  if (blocks_of(storage, storage.rank) == 0) {
    return nullptr;
  }
  const auto rank = static_cast<std::size_t>(storage.rank);
  return current->homes[rank].origin + storage.first[rank].offset();
}

std::vector<address> blocks_of_range(const array_storage& storage, std::size_t first, std::size_t count) {
  const std::size_t from = storage.per_block(first);
  std::vector<address> blocks(storage.per_block(first + count - 1) - from + 1);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    blocks[i] = storage.block_address(from + i);
  }
  return blocks;
}

void read_range(const array_storage& storage, std::size_t first, std::size_t count, std::byte* out) {
  const context& here = *current;
  reads_here tally;
  batch<piece, decltype(&read_pieces)> missed(&read_pieces);
  for_each_block(storage, first, count, [&](address at, std::size_t position, std::size_t elements) {
    std::byte* const to = out + position * storage.element_bytes;
    const std::size_t bytes = elements * storage.element_bytes;
    if (!try_read_here(here, at, to, bytes, tally)) {
      missed.add({.at = at, .bytes = bytes, .memory = to});
    }
  });
  missed.flush();
  tally.report();
}

void write_range(const array_storage& storage, std::size_t first, std::size_t count, const std::byte* in) {
  // Under layout::cyclic the blocks of one home come one by one: together they go to it in fewer, longer chains.
  const bool scattered = storage.layout == layout::cyclic;
  const auto write = [scattered](std::span<const_piece> pieces) {
    if (scattered) {
      std::sort(pieces.begin(), pieces.end(),
                [](const const_piece& a, const const_piece& b) { return a.at.bits() < b.at.bits(); });
    }
    write_pieces(pieces);
  };
  batch<const_piece, decltype(write)> pieces(write);
  for_each_block(storage, first, count, [&](address at, std::size_t position, std::size_t elements) {
    pieces.add({.at = at, .bytes = elements * storage.element_bytes, .memory = in + position * storage.element_bytes});
  });
  pieces.flush();
}

void prefetch_range(const array_storage& storage, std::size_t first, std::size_t count) {
  const auto prefetch = [](std::span<const address> several) { static_cast<void>(prefetch_blocks(several)); };
  batch<address, decltype(prefetch)> blocks(prefetch);
  for_each_block(storage, first, count, [&](address at, std::size_t, std::size_t) { blocks.add(at.block()); });
  blocks.flush();
}

void gather_missed(const array_storage& storage, std::span<const std::size_t> index,
                   std::span<const std::uint16_t> missed, std::byte* out) {
  std::array<element_copy<std::byte>, gather_batch> stored;
  const auto reads = std::span(stored).first(missed.size());
  for (std::size_t i = 0; i < missed.size(); ++i) {
    reads[i] = {.at = storage.element(index[missed[i]]), .memory = out + missed[i] * storage.element_bytes};
  }
  sort_by_address(reads);

  // One element of each block brings the block here; the others then find it. All blocks in one go: between two, the
  // transport would stand still.
  std::array<piece, gather_batch> pieces;
  std::size_t blocks = 0;
  for (auto rest = reads; !rest.empty(); rest = rest.subspan(first_block(rest).size())) {
    pieces[blocks] = {.at = rest.front().at, .bytes = storage.element_bytes, .memory = rest.front().memory};
    ++blocks;
  }
  read_pieces(std::span(pieces).first(blocks));
  for (auto rest = reads; !rest.empty();) {
    const auto block = first_block(rest);
    for (const auto& each : block.subspan(1)) {
      read_inline(each.at, each.memory, storage.element_bytes);
    }
    rest = rest.subspan(block.size());
  }
}

void scatter_elements(const array_storage& storage, std::span<const std::size_t> index, const std::byte* values) {
  for (const std::size_t each : index) {
    require_range(&storage, "array::scatter", each, 1);
  }
  std::array<element_write, piece_batch> stored;
  while (!index.empty()) {
    const auto writes = std::span(stored).first(std::min(index.size(), stored.size()));
    for (std::size_t i = 0; i < writes.size(); ++i) {
      writes[i] = {.at = storage.element(index[i]), .memory = values + i * storage.element_bytes};
    }
    sort_by_address(writes);
    write_sorted(writes, storage.element_bytes);
    index = index.subspan(writes.size());
    values += writes.size() * storage.element_bytes;
  }
}

}  // namespace liana::detail
