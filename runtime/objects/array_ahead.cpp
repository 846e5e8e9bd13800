#include <algorithm>
#include <array>

#include <liana/detail/array_ahead.hpp>
#include <liana/detail/pending.hpp>

#include "runtime/coherence/coherence.hpp"
#include "runtime/coherence/prefetch_list.hpp"

namespace liana::detail {
namespace {

/// More blocks than these are never ahead.
constexpr std::size_t most_ahead = prefetch_list::most_at_one_home;

/// Blocks handed over at a time: enough for joined chains.
constexpr std::size_t most_handed_over = 2 * joined_misses;

/// How many blocks of a size may be on the way, or here and not read yet: a quarter of the cache, so that none of them
/// makes room for another.
std::size_t room_ahead(std::size_t block_bytes) {
  const std::size_t fit = require_runtime("read ahead").settings.cache_bytes / 4 / block_bytes;
  return std::min(fit, most_ahead);
}

/// Begins to fetch the blocks of the pieces that follow what was begun, as far as there is room.
void begin_more(begun_reads& reads) {
  const auto& pieces = reads.pieces;
  if (reads.begun < reads.read) {
    reads.begun = reads.read;
    reads.ahead = 0;
  }
  const std::size_t room = room_ahead(pieces[reads.read].at.block_bytes());
  std::array<address, most_handed_over> blocks{};
  std::array<std::size_t, most_handed_over> starts{};
  while (reads.begun < pieces.size() && (reads.ahead == 0 || reads.ahead + joined_misses <= room)) {
    const std::size_t most = std::min(blocks.size(), std::max<std::size_t>(1, room - std::min(room, reads.ahead)));
    std::size_t count = 0;
    std::size_t i = reads.begun;
    for (; i < pieces.size(); ++i) {
      const address block = pieces[i].at.block();
      if (count != 0 && blocks[count - 1] == block) {
        continue;
      }
      if (count == most) {
        break;
      }
      blocks[count] = block;
      starts[count] = i;
      ++count;
    }
    const std::size_t seen = prefetch_blocks(std::span(blocks).first(count));
    reads.ahead += seen;
    reads.begun = seen < count ? starts[seen] : i;
    if (seen < count) {
      return;
    }
  }
}

/// The next piece has been read.
void go_on(begun_reads& reads) {
  const address block = reads.pieces[reads.read].at.block();
  ++reads.read;
  if (reads.over()) {
    return;
  }
  if (reads.pieces[reads.read].at.block() != block) {
    reads.ahead -= std::min<std::size_t>(reads.ahead, 1);
    begin_more(reads);
  }
}

}  // namespace

begun_reads begin_range(const array_storage& storage, std::size_t first, std::size_t count, std::byte* out) {
  begun_reads reads;
  if (count == 0) {
    return reads;
  }
  const context& here = *current;
  reads_here tally;
  const std::size_t per_block = storage.per_block.divisor();
  auto from = storage.find(first);
  for (std::size_t done = 0; done < count;) {
    const std::size_t elements = std::min(count - done, per_block - from.in_block);
    const piece each{.at = storage.element(first + done),
                     .bytes = elements * storage.element_bytes,
                     .memory = out + done * storage.element_bytes};
    if (!try_read_here(here, each.at, each.memory, each.bytes, tally)) {
      reads.pieces.push_back(each);
    }
    done += elements;
    from = {.block = from.block + 1, .in_block = 0};
  }
  tally.report();
  if (!reads.pieces.empty()) {
    begin_reads(reads);
  }
  return reads;
}

void add_missed(begun_reads& reads, const array_storage& storage, std::span<const std::size_t> index,
                std::span<const std::uint16_t> missed, std::byte* out) {
  for (const std::uint16_t each : missed) {
    reads.pieces.push_back({.at = storage.element(index[each]),
                            .bytes = storage.element_bytes,
                            .memory = out + each * storage.element_bytes});
  }
}

void begin_reads(begun_reads& reads) {
  reads.runtime = runtime_number();
  std::ranges::sort(reads.pieces, {}, [](const piece& each) { return each.at.bits(); });
  begin_more(reads);
  static_cast<void>(try_finish_reads(reads));  // over shared memory they have arrived
}

bool try_finish_reads(begun_reads& reads) {
  if (!reads.over()) {
    require_same_runtime(reads.runtime);
  }
  while (!reads.over()) {
    const piece& next = reads.pieces[reads.read];
    reads_here tally;
    const bool read = try_read_here(*current, next.at, next.memory, next.bytes, tally);
    tally.report();
    if (!read && !try_read_bytes(next.at, next.memory, next.bytes)) {
      return false;
    }
    go_on(reads);
  }
  return true;
}

void finish_reads(begun_reads& reads) {
  if (!reads.over()) {
    require_same_runtime(reads.runtime);
  }
  while (!reads.over()) {
    const piece& next = reads.pieces[reads.read];
    read_inline(next.at, next.memory, next.bytes);  // the others get on meanwhile
    go_on(reads);
  }
}

walk_ahead plan_walk(const array_storage& storage, std::size_t first, std::size_t count, std::size_t depth) {
  return {.next = storage.per_block(first),
          .end = storage.per_block(first + count - 1) + 1,
          .depth = std::min(depth, room_ahead(std::size_t{1} << storage.block_log2))};
}

void fetch_ahead(const array_storage& storage, walk_ahead& ahead, std::size_t block) {
  ahead.next = std::max(ahead.next, block);
  const std::size_t end = std::min(ahead.end, block + 1 + ahead.depth);
  // By halves, so that they go in joined chains.
  if (ahead.depth == 0 || ahead.next > block + ahead.depth / 2 || ahead.next >= end) {
    return;
  }
  std::array<address, most_handed_over> blocks{};
  while (ahead.next < end) {
    const std::size_t count = std::min(blocks.size(), end - ahead.next);
    for (std::size_t i = 0; i < count; ++i) {
      blocks[i] = storage.block_address(ahead.next + i);
    }
    const std::size_t seen = prefetch_blocks(std::span(blocks).first(count));
    ahead.next += seen;
    if (seen < count) {
      return;
    }
  }
}

}  // namespace liana::detail
