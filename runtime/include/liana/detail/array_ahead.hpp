#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <liana/detail/access.hpp>
#include <liana/detail/address.hpp>
#include <liana/detail/array_access.hpp>
#include <liana/detail/array_storage.hpp>

/// What `array` fetches before it is asked for: reads of many elements that were begun and not waited for, and the
/// blocks ahead of a walk. Neither ever fetches a block that was not named.
namespace liana::detail {

/// Pieces that are still to be read, begun in the order of their addresses. So many blocks are kept on the way, or here
/// and not read yet, as the transport takes and a quarter of the cache holds.
struct begun_reads {
  std::vector<piece> pieces;  ///< in that order; empty: nothing was to be waited for
  std::size_t read = 0;       ///< so many of them are done
  std::size_t begun = 0;      ///< so many have been seen to
  std::size_t ahead = 0;      ///< blocks of those that are begun and not read
  std::uint64_t runtime = 0;  ///< the number of the runtime that they were begun in

  [[nodiscard]] bool over() const { return read == pieces.size(); }
};

/// Begins to read [first, first + count). What is near or a hit is read at once.
[[nodiscard]] begun_reads begin_range(const array_storage& storage, std::size_t first, std::size_t count,
                                      std::byte* out);

/// Adds to `reads` what gather_here has missed.
void add_missed(begun_reads& reads, const array_storage& storage, std::span<const std::size_t> index,
                std::span<const std::uint16_t> missed, std::byte* out);

/// Begins to read what was added.
void begin_reads(begun_reads& reads);

/// Reads what has arrived, without waiting; whether that was all. Throws usage_error when the runtime has ended, as
/// finish_reads does.
[[nodiscard]] bool try_finish_reads(begun_reads& reads);

/// Reads all that is left.
void finish_reads(begun_reads& reads);

/// Begins to read the elements of `index`, which are not checked yet. What is near or a hit is read at once.
template <std::size_t element_bytes>
[[nodiscard]] begun_reads begin_gather(const array_storage& storage, std::span<const std::size_t> index,
                                       std::byte* out) {
  begun_reads reads;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): see gather_elements
  std::array<std::uint16_t, gather_batch> missed;
  while (!index.empty()) {
    const auto now = index.first(std::min(index.size(), gather_batch));
    const std::size_t misses = gather_here<element_bytes>(storage, now, out, missed);
    if (misses != 0) {
      add_missed(reads, storage, now, std::span(missed).first(misses), out);
    }
    index = index.subspan(now.size());
    out += now.size() * element_bytes;
  }
  if (!reads.pieces.empty()) {
    begin_reads(reads);
  }
  return reads;
}

/// How far the blocks ahead of a walk have been seen to. Blocks are counted through the array.
struct walk_ahead {
  std::size_t next = 0;   ///< the first that has not been
  std::size_t end = 0;    ///< behind the last that the walk comes to
  std::size_t depth = 0;  ///< so many are kept on the way, or here, in front of the one that is looked at
};

/// For a walk over [first, first + count), which is not empty. `depth` blocks or fewer: what the transport takes and a
/// quarter of the cache holds.
[[nodiscard]] walk_ahead plan_walk(const array_storage& storage, std::size_t first, std::size_t count,
                                   std::size_t depth);

/// The walk is about to look at `block`: begins to fetch it, and those ahead of it, where they are far and not here.
void fetch_ahead(const array_storage& storage, walk_ahead& ahead, std::size_t block);

}  // namespace liana::detail
