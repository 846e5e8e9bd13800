#include "runtime/cache/cache.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include <liana/detail/annotated_mutex.hpp>
#include <liana/detail/thread_state.hpp>

#include "runtime/cache/cache_pages.hpp"
#include "runtime/cache/replica_headers.hpp"
#include "runtime/cache/replica_table.hpp"

namespace liana::detail {
namespace {

/// How often a cache that the system had no more memory for makes room by eviction before it asks for memory again.
constexpr unsigned evictions_until_next_try = 1024;

constexpr std::size_t headers_share = 8;  // of the memory, one part of so many

std::size_t headers_bytes(std::size_t memory_bytes) {
  if (memory_bytes % page_bytes != 0 || memory_bytes < 2 * page_bytes) {
    throw std::invalid_argument("cache of " + std::to_string(memory_bytes) +
                                " bytes: whole pages are needed, one for headers and one for data at least");
  }
  return std::max(page_bytes, memory_bytes / headers_share / page_bytes * page_bytes);
}

bool is_odd(std::uint64_t sequence) { return (sequence & 1U) != 0; }

address block_of(const replica& copy) { return address(copy.block.load(std::memory_order_relaxed)); }

/// Makes a valid replica's sequence odd, so that no new pin succeeds, unless it is pinned: detail/replica.hpp. A pin
/// that is going to fail, or to be undone, counts as well. With the mutex.
bool make_odd_unless_pinned(replica& copy) {
  const std::uint64_t sequence = copy.sequence.load(std::memory_order_acquire);
  copy.sequence.store(sequence + 1, std::memory_order_seq_cst);
  if (copy.pins.load(std::memory_order_seq_cst) == 0) {
    return true;
  }
  copy.sequence.store(sequence, std::memory_order_seq_cst);  // the same generation: nothing was touched
  return false;
}

}  // namespace

/// Invariants:
///   1. A replica in the table is claimed or valid, and the only one of its block there; `linked` counts them.
///   2. An orphan has a pin whenever the mutex is free, or the thread that took its last one off is waiting for the
///   mutex.
///   3. Only headers that are claimed, valid or orphans own memory.
struct cache::implementation final : cache_pages::residents {
  implementation(std::span<std::byte> memory, commit_function commit_memory)
      : commit(std::move(commit_memory)),
        bytes_of_headers(headers_bytes(memory.size())),
        headers(memory.first(bytes_of_headers), commit),
        pages(memory.subspan(bytes_of_headers), commit),
        table(headers.capacity()) {}

  bool may_go(replica_number owner) override LIANA_REQUIRES(mutex);
  [[nodiscard]] bool may_be_forced_out(replica_number owner) const override LIANA_REQUIRES(mutex);
  bool evict(replica_number owner) override LIANA_REQUIRES(mutex);

  replica* allocate(address block) LIANA_REQUIRES(mutex);
  std::byte* take_pages(unsigned log2, replica_number owner) LIANA_REQUIRES(mutex);
  replica* take_header() LIANA_REQUIRES(mutex);
  void release(replica& copy) noexcept LIANA_REQUIRES(mutex);
  bool link(address block, replica& copy) LIANA_REQUIRES(mutex);
  bool make_place(address block) LIANA_REQUIRES(mutex);
  void unlink(const replica& copy) LIANA_REQUIRES(mutex);
  void make_orphan(replica& copy) LIANA_REQUIRES(mutex);
  void free_orphan_unless_pinned(replica& copy) noexcept LIANA_REQUIRES(mutex);

  annotated_mutex mutex;
  commit_function commit;
  std::size_t bytes_of_headers;
  replica_headers headers LIANA_GUARDED_BY(mutex);
  cache_pages pages LIANA_GUARDED_BY(mutex);
  replica_table table LIANA_GUARDED_BY(mutex);
  std::size_t linked LIANA_GUARDED_BY(mutex) = 0;
  std::uint64_t evictions LIANA_GUARDED_BY(mutex) = 0;
  replica_number hand LIANA_GUARDED_BY(mutex) = 0;           ///< of the CLOCK over the headers
  unsigned evicted_while_short LIANA_GUARDED_BY(mutex) = 0;  ///< times, since memory was last asked for in vain
};

// ---- eviction ----

bool cache::implementation::may_go(replica_number owner) {
  replica& copy = headers[owner];
  if (!may_be_forced_out(owner)) {
    return false;
  }
  if (copy.referenced.load(std::memory_order_relaxed)) {
    copy.referenced.store(false, std::memory_order_relaxed);
    return false;
  }
  return true;
}

bool cache::implementation::may_be_forced_out(replica_number owner) const {
  const replica& copy = headers[owner];
  return !is_odd(copy.sequence.load(std::memory_order_acquire)) && copy.pins.load(std::memory_order_relaxed) == 0;
}

bool cache::implementation::evict(replica_number owner) {
  replica& copy = headers[owner];
  if (is_odd(copy.sequence.load(std::memory_order_acquire)) || !make_odd_unless_pinned(copy)) {
    return false;
  }
  if (copy.orphan.load(std::memory_order_relaxed)) {  // the thread that unpinned it last finds nothing left to do
    copy.orphan.store(false, std::memory_order_relaxed);
    release(copy);
    return true;
  }
  unlink(copy);
  release(copy);
  ++evictions;
  count(counter.evictions);
  return true;
}

// ---- headers and memory ----

/// A header of its own and memory for a block; null when there is no room for either. Not in the table.
replica* cache::implementation::allocate(address block) {
  replica* const copy = take_header();
  if (copy == nullptr) {
    return nullptr;
  }
  const unsigned log2 = block.block_log2();
  std::byte* data = copy->small;
  if (log2 >= cache_pages::smallest_log2) {
    try {
      data = take_pages(log2, headers.number_of(*copy));
    } catch (...) {
      headers.give(*copy);
      throw;
    }
    if (data == nullptr) {
      headers.give(*copy);
      return nullptr;
    }
  }
  // A thread that reads, without a lock, what is written into the header or the memory from here on sees the odd
  // sequences of the replicas that had them before.
  std::atomic_thread_fence(std::memory_order_release);
  copy->data.store(data, std::memory_order_relaxed);
  copy->block.store(block.bits(), std::memory_order_relaxed);
  copy->referenced.store(false, std::memory_order_relaxed);
  return copy;
}

/// Null when there is no room. Where the system has no memory for a larger cache, it stays as large as it is, and that
/// is thrown only if nothing in it can go.
std::byte* cache::implementation::take_pages(unsigned log2, replica_number owner) {
  if (evicted_while_short == evictions_until_next_try) {
    evicted_while_short = 0;
    pages.offer_uncommitted();
  }
  std::byte* data = nullptr;
  try {
    data = pages.take(log2, owner);
  } catch (...) {
    if (!pages.withhold_uncommitted()) {
      throw;
    }
    evicted_while_short = 0;
  }
  if (data == nullptr && pages.make_room(log2, *this)) {
    ++evicted_while_short;
    data = pages.take(log2, owner);
  }
  if (data == nullptr && pages.withholds()) {
    pages.offer_uncommitted();
    data = pages.take(log2, owner);  // or throws why there is none
  }
  return data;
}

/// Where all are in use, or there is no memory for more, CLOCK over the headers makes one free, in rounds like those of
/// cache_pages::make_room.
replica* cache::implementation::take_header() {
  std::exception_ptr refused;
  try {
    if (replica* const copy = headers.take(); copy != nullptr) {
      return copy;
    }
  } catch (...) {
    refused = std::current_exception();
  }
  const auto all = static_cast<replica_number>(headers.made());
  for (const bool forced : {false, false, true}) {
    for (replica_number passed = 0; passed < all; ++passed) {
      const replica_number here = hand;
      hand = hand + 1 == all ? 0 : hand + 1;
      if ((forced ? may_be_forced_out(here) : may_go(here)) && evict(here)) {
        return headers.take();
      }
    }
  }
  if (refused != nullptr) {
    std::rethrow_exception(refused);
  }
  return nullptr;
}

/// Its sequence is odd and it is not in the table.
void cache::implementation::release(replica& copy) noexcept {
  const unsigned log2 = block_of(copy).block_log2();
  if (log2 >= cache_pages::smallest_log2) {
    pages.give(copy.data.load(std::memory_order_relaxed), log2);
  }
  headers.give(copy);
}

// ---- the table ----

/// False when all that are where the block belongs are claimed.
bool cache::implementation::link(address block, replica& copy) {
  const replica_number number = headers.number_of(copy);
  if (!table.insert(block, number) && !(make_place(block) && table.insert(block, number))) {
    return false;
  }
  ++linked;
  return true;
}

/// Removes one of those in the two full buckets of a block, if possible one that nobody uses; a pinned one becomes an
/// orphan.
bool cache::implementation::make_place(address block) {
  const auto full = table.residents(block);
  for (const bool forced : {false, true}) {
    for (const replica_number each : full) {
      if ((forced ? may_be_forced_out(each) : may_go(each)) && evict(each)) {
        return true;
      }
    }
  }
  for (const replica_number each : full) {
    replica& copy = headers[each];
    if (!is_odd(copy.sequence.load(std::memory_order_acquire))) {
      make_orphan(copy);
      return true;
    }
  }
  return false;
}

void cache::implementation::unlink(const replica& copy) {
  table.remove(block_of(copy), headers.number_of(copy));
  --linked;
}

/// Takes a valid replica from the table, leaving it to those who have pinned it.
void cache::implementation::make_orphan(replica& copy) {
  unlink(copy);
  copy.orphan.store(true, std::memory_order_seq_cst);
  // An unpin that came before the store saw no orphan; both are sequentially consistent, so then the pins are 0 here.
  if (copy.pins.load(std::memory_order_seq_cst) == 0) {
    free_orphan_unless_pinned(copy);
  }
}

/// Whether it is an orphan, still, is asked with the mutex: that is what frees it once only.
void cache::implementation::free_orphan_unless_pinned(replica& copy) noexcept {
  if (copy.orphan.load(std::memory_order_relaxed) && make_odd_unless_pinned(copy)) {
    copy.orphan.store(false, std::memory_order_relaxed);
    release(copy);
  }
}

// ---- the interface ----

cache::cache(std::span<std::byte> memory, std::function<void(std::byte*, std::size_t)> commit)
    : self_(std::make_unique<implementation>(memory, std::move(commit))) {}

cache::~cache() = default;

void cache::describe(context& hot) const {
  const annotated_lock lock(self_->mutex);
  hot.table = self_->table.references();
  hot.bucket_mask = self_->table.bucket_mask();
  hot.hints = self_->table.hints();
  hot.hint_mask = self_->table.hint_mask();
  hot.replicas = self_->headers.data();
}

cache::claim_outcome cache::claim(address block) {
  const annotated_lock lock(self_->mutex);
  replica* const found = self_->table.find(block, self_->headers.data());
  if (found != nullptr) {
    if (is_odd(found->sequence.load(std::memory_order_acquire))) {
      return {.result = claim_result::busy};
    }
    if (make_odd_unless_pinned(*found)) {
      // A thread that reads what the claim is about to write sees the odd sequence.
      std::atomic_thread_fence(std::memory_order_release);
      found->referenced.store(true, std::memory_order_relaxed);
      return {.result = claim_result::claimed, .copy = found, .kept = true};
    }
  }
  replica* const fresh = self_->allocate(block);
  if (fresh == nullptr) {
    return {};
  }
  // Looked for again: unpinned meanwhile, it may have made room.
  replica* const pinned = found == nullptr ? nullptr : self_->table.find(block, self_->headers.data());
  if (pinned != nullptr) {
    self_->make_orphan(*pinned);
  }
  if (!self_->link(block, *fresh)) {
    self_->release(*fresh);
    return {};
  }
  return {.result = claim_result::claimed, .copy = fresh, .kept = false};
}

// NOLINTNEXTLINE(readability-convert-member-functions-to-static): belongs to claim and abandon, which need the cache
void cache::publish(replica& copy, bool pinned) {
  const std::uint64_t sequence = copy.sequence.load(std::memory_order_relaxed);
  assert(is_odd(sequence));
  if (pinned) {
    copy.pins.fetch_add(1, std::memory_order_relaxed);
  }
  // No mutex: no other thread changes a claimed replica, and a thread that sees the sequence even sees the pin.
  copy.sequence.store(sequence + 1, std::memory_order_release);
}

void cache::abandon(replica& copy) {
  const annotated_lock lock(self_->mutex);
  assert(is_odd(copy.sequence.load(std::memory_order_relaxed)));
  self_->unlink(copy);
  self_->release(copy);
}

void cache::unpin(replica& copy) noexcept {
  assert(copy.pins.load(std::memory_order_relaxed) != 0);
  if (count_unpin(copy)) {
    free_orphan(copy);
  }
}

void cache::free_orphan(replica& copy) noexcept {
  const annotated_lock lock(self_->mutex);
  self_->free_orphan_unless_pinned(copy);
}

cache::usage cache::measure() const {
  const annotated_lock lock(self_->mutex);
  usage now{.bytes = self_->pages.used_pages() * page_bytes + self_->headers.used() * sizeof(replica),
            .replicas = self_->linked,
            .pinned = 0,
            .evictions = self_->evictions};
  for (replica_number number = 0; number < self_->headers.made(); ++number) {
    now.pinned += self_->headers[number].pins.load(std::memory_order_relaxed) != 0 ? 1U : 0U;
  }
  return now;
}

}  // namespace liana::detail
