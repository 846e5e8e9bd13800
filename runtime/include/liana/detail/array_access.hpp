#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <liana/detail/access.hpp>
#include <liana/detail/address.hpp>
#include <liana/detail/array_storage.hpp>
#include <liana/detail/context.hpp>
#include <liana/detail/directory_entry.hpp>
#include <liana/detail/racing_copy.hpp>
#include <liana/detail/rank.hpp>
#include <liana/detail/replica.hpp>
#include <liana/detail/thread_state.hpp>

/// What `array` does to bytes, whatever its elements are: ranges cut into blocks, and irregular accesses. Indices and
/// ranges have been checked unless it says otherwise. Lists of pieces are made in batches of bounded length, so that no
/// memory grows with a range, and never name one block twice: two accesses of one call never wait for each other.
namespace liana::detail {

// ---- the part of one rank ----

/// How many blocks lie at `home`; they lie in a row there, from `storage.first[home]`.
[[nodiscard]] std::size_t blocks_of(const array_storage& storage, rank_t home);

/// How many elements lie in them.
[[nodiscard]] std::size_t elements_of(const array_storage& storage, rank_t home);

/// Which ones, under layout::blocked: from the first to before the second.
[[nodiscard]] std::pair<std::size_t, std::size_t> run_of(const array_storage& storage, rank_t home);

/// The addresses of this rank's blocks, and where the first one is mapped here (null when there is none).
[[nodiscard]] std::vector<address> own_blocks(const array_storage& storage);
[[nodiscard]] std::byte* own_memory(const array_storage& storage);

/// Somebody is about to get them as plain memory and may write them: every later collective call invalidates their
/// replicas.
void expose_own_blocks(const array_storage& storage);

// ---- refusals, all usage_error ----

/// `operation` got lists of different lengths.
[[noreturn]] void refuse_lengths(const char* operation, std::size_t indices, std::size_t values);

/// `operation` wants one range of elements for each rank, which layout::cyclic does not have.
[[noreturn]] void refuse_cyclic(const char* operation);

/// The storage, if there is one and it has the elements [first, first + count).
inline const array_storage& require_range(const array_storage* storage, const char* operation, std::size_t first,
                                          std::size_t count) {
  if (storage == nullptr || !storage->alive || first > storage->size || count > storage->size - first) [[unlikely]] {
    refuse_range(storage, operation, first, count);
  }
  return *storage;
}

// ---- ranges ----

/// Near blocks and hits one after the other, the others pipelined.
void read_range(const array_storage& storage, std::size_t first, std::size_t count, std::byte* out);
void write_range(const array_storage& storage, std::size_t first, std::size_t count, const std::byte* in);
void prefetch_range(const array_storage& storage, std::size_t first, std::size_t count);

/// The addresses of the blocks that hold [first, first + count); `count` is not 0.
[[nodiscard]] std::vector<address> blocks_of_range(const array_storage& storage, std::size_t first, std::size_t count);

// ---- irregular access ----

/// Indices that a gather looks at before it fetches what was not here, all in one go.
inline constexpr std::size_t gather_batch = 1024;

/// Writes the elements of `index`, which are not checked yet; nothing is written when one is refused.
void scatter_elements(const array_storage& storage, std::span<const std::size_t> index, const std::byte* values);

/// The part of a gather that has to wait: elements `index[missed[k]]` to where `out` has place for them. At most
/// gather_batch.
void gather_missed(const array_storage& storage, std::span<const std::size_t> index,
                   std::span<const std::uint16_t> missed, std::byte* out);

/// How many reads found what they wanted, and where; counted for many at once.
struct reads_here {
  std::uint64_t near = 0;
  std::uint64_t hits = 0;

  void report() const {
    if (near != 0) {
      count(counter.home_accesses, near);
    }
    if (hits != 0) {
      count(counter.hits, hits);
    }
  }
};

/// Reads what is near or hits; false when that takes waiting or communication. The address must be a valid one.
[[gnu::always_inline]] inline bool try_read_here(const context& here, address at, void* to, std::size_t bytes,
                                                 reads_here& tally) {
  const home_view& home = here.homes[at.home()];
  if (home.origin != nullptr) {
    const bool read = try_near_read(home, at, to, bytes);
    tally.near += static_cast<std::uint64_t>(read);
    return read;
  }
  const bool read = try_hit(here, at, to, bytes);
  tally.hits += static_cast<std::uint64_t>(read);
  return read;
}

/// Where a gather will find an element: known some time before it is read, so that the memory can be on its way.
struct planned_read {
  address at{};
  const directory_entry* entry = nullptr;  ///< near; null: far
  const std::byte* data = nullptr;         ///< near
  const replica* copy = nullptr;           ///< far, where there seems to be one
};

/// Elements planned before the first of them is read. That many cache misses overlap that the processor alone, which
/// has room for a handful of coherent reads at a time, would take one after the other.
inline constexpr std::size_t gather_look_ahead = 64;

[[gnu::always_inline]] inline planned_read plan_read(const context& here, address at) {
  const home_view& home = here.homes[at.home()];
  if (home.origin == nullptr) {
    const std::uint64_t row = spread(at);
    __builtin_prefetch(here.validity + (row & here.validity_mask));
    const std::uint32_t hint = here.hints[row & here.hint_mask].load(std::memory_order_acquire);
    const replica* const copy = hint != 0 ? here.replicas + (hint - 1) : nullptr;
    __builtin_prefetch(copy);
    return {.at = at, .copy = copy};
  }
  const planned_read plan{.at = at, .entry = &near_entry(home, at), .data = home.origin + at.offset()};
  __builtin_prefetch(plan.entry);
  __builtin_prefetch(plan.data);
  return plan;
}

/// Where the data of a far element seem to be, once the header of the replica has come.
[[gnu::always_inline]] inline void plan_data(const planned_read& plan) {
  if (plan.copy != nullptr) {
    __builtin_prefetch(plan.copy->data.load(std::memory_order_relaxed) + plan.at.offset_in_block());
  }
}

[[gnu::always_inline]] inline bool try_planned_read(const context& here, const planned_read& plan, void* to,
                                                    std::size_t bytes, reads_here& tally) {
  if (plan.entry != nullptr) {
    const bool read = try_near_read(*plan.entry, plan.data, to, bytes);
    tally.near += static_cast<std::uint64_t>(read);
    return read;
  }
  const bool read = try_hit(here, plan.at, to, bytes);
  tally.hits += static_cast<std::uint64_t>(read);
  return read;
}

/// Reads at most gather_batch elements, without waiting; returns how many are left and notes their places in `missed`.
template <std::size_t element_bytes>
std::size_t gather_here(const array_storage& storage, std::span<const std::size_t> index, std::byte* out,
                        std::span<std::uint16_t, gather_batch> missed) {
  const context& here = *current;
  std::array<planned_read, gather_look_ahead> plans;
  reads_here tally;
  std::size_t misses = 0;
  for (std::size_t first = 0; first < index.size(); first += gather_look_ahead) {
    const std::size_t count = std::min(index.size() - first, gather_look_ahead);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t element = index[first + i];
      if (element >= storage.size) [[unlikely]] {
        refuse_range(&storage, "array::gather", element, 1);
      }
      plans[i] = plan_read(here, storage.element(element));
    }
    for (std::size_t i = 0; i < count; ++i) {
      plan_data(plans[i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t place = first + i;
      if (!try_planned_read(here, plans[i], out + place * element_bytes, element_bytes, tally)) [[unlikely]] {
        missed[misses] = static_cast<std::uint16_t>(place);
        ++misses;
      }
    }
  }
  tally.report();
  return misses;
}

/// Reads the elements of `index`, which are not checked yet.
template <std::size_t element_bytes>
void gather_elements(const array_storage& storage, std::span<const std::size_t> index, std::byte* out) {
  // Only what gather_here has written is read; clearing it all first would cost small gathers more than their reads.
  std::array<std::uint16_t, gather_batch> missed;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  while (!index.empty()) {
    const auto now = index.first(std::min(index.size(), gather_batch));
    const std::size_t misses = gather_here<element_bytes>(storage, now, out, missed);
    if (misses != 0) {
      gather_missed(storage, now, std::span(missed).first(misses), out);
    }
    index = index.subspan(now.size());
    out += now.size() * element_bytes;
  }
}

}  // namespace liana::detail
