#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <liana/detail/address.hpp>
#include <liana/detail/context.hpp>
#include <liana/detail/near_block.hpp>
#include <liana/detail/racing_copy.hpp>
#include <liana/detail/thread_state.hpp>

/// What the typed classes call: coherent access to bytes inside one block, and to several blocks at once. Here are the
/// paths that need no waiting and no communication; the rest is in the library (runtime/coherence/).
///
/// All functions throw usage_error for a null or foreign address and for bytes that leave the block or the pool,
/// peer_error and timeout_error when a wait ends badly, resource_error when no replica can be kept. Any thread may call
/// them.
namespace liana::detail {

// ---- one block ----

/// Coherent read of bytes inside one block, any case.
void read_bytes(address at, void* to, std::size_t bytes);

/// Coherent write of bytes inside one block. Returns when no older value can be read any more.
void write_bytes(address at, const void* from, std::size_t bytes);

/// Ends a put to a near block that is taken: invalidates the hosts that share it, writes, gives it back.
void write_taken(address at, const void* from, std::size_t bytes);

/// Starts to fetch the block if it is far and not valid here; does not wait.
void prefetch_block(address at);

/// A block held for reading: by a pinned replica, or in place at the home. Two words, so that a guard lives in
/// registers.
struct read_hold {
  const std::byte* data = nullptr;  ///< of the address that was asked for; null: nothing held
  std::uintptr_t by = 0;  ///< the replica; or in place, then odd: the hold_record, or 1 where others keep that

  static read_hold pinned(const std::byte* data, replica& copy) {
    return {.data = data, .by = reinterpret_cast<std::uintptr_t>(&copy)};
  }
  static read_hold in_place(const std::byte* data, const hold_record* record) {
    return {.data = data, .by = reinterpret_cast<std::uintptr_t>(record) | 1U};
  }
  [[nodiscard]] bool is_in_place() const { return (by & 1U) != 0; }
  [[nodiscard]] replica& copy() const { return *reinterpret_cast<replica*>(by); }
  [[nodiscard]] hold_record* record() const { return reinterpret_cast<hold_record*>(by & ~std::uintptr_t{1}); }
};

/// A guard moves, maybe to another thread: a hold that it had says no more of the thread that opened it.
inline read_hold moved(read_hold hold) noexcept {
  if (hold.is_in_place()) {
    note_moved(*hold.record());
  }
  return hold;
}

/// A block held for writing: in place where it is near, else in the replica that is to be published.
struct write_hold {
  std::byte* data = nullptr;  ///< of the address that was asked for; null: nothing held
  std::uint64_t block = 0;
  std::uint64_t version = 0;  ///< before the write
  replica* copy = nullptr;    ///< far
  hold_record* record = nullptr;
  directory_entry* entry = nullptr;  ///< near
};
inline write_hold moved(const write_hold& hold) noexcept {
  if (hold.record != nullptr) {
    note_moved(*hold.record);
  }
  return hold;
}

/// open_read where the block is this rank's or has no valid replica here, and close_read of what is held in place.
[[nodiscard]] read_hold open_read_slowly(address at, std::size_t bytes);
void close_read_in_place(hold_record& record) noexcept;

/// Frees an orphan whose last pin is gone.
void free_orphan(replica& copy) noexcept;

/// `overwrite`: the caller will write every byte of the block, so its content need not be fetched.
[[nodiscard]] write_hold open_write(address at, std::size_t bytes, bool overwrite = false);

/// Publishes what was written and gives the block up.
void close_write(write_hold& hold);

/// The same for destructors: an error is logged.
void close_write_noexcept(write_hold& hold) noexcept;

/// One more guard on a block that this thread holds for writing through `hold`.
[[nodiscard]] write_hold share_write(const write_hold& hold, address at, std::size_t bytes);

/// Somebody is about to get a plain pointer to a near block and may write through it: its replicas are invalidated by
/// every later collective call of this rank if the block is this rank's, and by the next one if it is another rank's.
void expose(address at);

// ---- several blocks, as many at once as the transport takes ----

/// Bytes inside one block, and the memory that they are copied to or from.
struct piece {
  address at;
  std::size_t bytes = 0;
  std::byte* memory = nullptr;
};
struct const_piece {
  address at;
  std::size_t bytes = 0;
  const std::byte* memory = nullptr;
};

/// Each piece is read (written) coherently; the pieces together are not one atomic access.
void read_pieces(std::span<const piece> pieces);
void write_pieces(std::span<const const_piece> pieces);

/// Several blocks held for reading.
struct read_hold_set {
  std::vector<read_hold> holds{};
  std::vector<hold_record*> records{};  ///< of runs of blocks that are held in place
};
inline read_hold_set moved(read_hold_set set) noexcept {
  for (hold_record* const each : set.records) {
    note_moved(*each);
  }
  return set;
}
inline std::vector<write_hold> moved(std::vector<write_hold> holds) noexcept {
  for (const write_hold& each : holds) {
    static_cast<void>(moved(each));
  }
  return holds;
}

/// Holds of distinct blocks, taken in the global order (ascending addresses) that keeps several holders from waiting
/// for each other in a circle. Hold i belongs to blocks[i]. All or nothing.
[[nodiscard]] read_hold_set open_reads(std::span<const address> blocks);
[[nodiscard]] std::vector<write_hold> open_writes(std::span<const address> blocks);
void close_reads(const read_hold_set& set) noexcept;
void close_writes(std::span<write_hold> holds);
void close_writes_noexcept(std::span<write_hold> holds) noexcept;

/// Starts to fetch those of the blocks that are far and not here; does not wait. Returns how many were seen to, from
/// the first on: fewer than all where the transport is busy, or the cache full. Each is the address of a block.
std::size_t prefetch_blocks(std::span<const address> blocks);

// ---- the inlined paths ----

/// Copies from a near block, without a store to shared memory: a seqlock over the words that say who holds the block,
/// with one branch for all of them. False when somebody holds it for writing; what was copied is then worth nothing.
[[gnu::always_inline]] inline bool try_near_read(const directory_entry& entry, const std::byte* from, void* to,
                                                 std::size_t bytes) {
  constexpr std::size_t little = 256;  // copied in vain sooner than looked at twice
  const std::uint64_t version = entry.version.load(std::memory_order_acquire);
  std::uint64_t holders = entry.lock.load(std::memory_order_acquire);
  // Of `near` in one order with the exchanges that take blocks for writing: two ranks that each write one block and
  // then read the other's do not both read the old content.
  holders |= near_writer_of(entry.near.load(std::memory_order_seq_cst));
  if (bytes > little && holders != 0) {
    return false;
  }
  racing_copy(to, from, bytes);
  std::atomic_thread_fence(std::memory_order_acquire);
  holders |= entry.lock.load(std::memory_order_acquire);
  holders |= near_writer_of(entry.near.load(std::memory_order_acquire));
  // The version last: the old one, seen after nobody held the block, means that no write had begun when the copy was
  // done.
  return (holders | (entry.version.load(std::memory_order_relaxed) ^ version)) == 0;
}

[[gnu::always_inline]] inline bool try_near_read(const home_view& home, address at, void* to, std::size_t bytes) {
  return try_near_read(near_entry(home, at), home.origin + at.offset(), to, bytes);
}

/// A replica of the block that an address lies in, and its sequence when it was found. Two words, which calls return in
/// registers.
struct replica_hit {
  replica* copy = nullptr;  ///< null: none
  std::uint64_t sequence = 0;
};

/// The replica of the block of `at`, in whatever state, from the table of references. No lock, no atomic
/// read-modify-write. Leaves a hint.
replica_hit find_in_table(const context& here, address at) noexcept;

/// The replica that the hint leads to, if it is of the block that `at` lies in; else what is in the table. It may be
/// one that a newer replica has replaced while somebody has it pinned: it is as good as its stamp says.
[[gnu::always_inline]] inline replica_hit find_replica(const context& here, address at) {
  const std::uint32_t hint = here.hints[spread(at) & here.hint_mask].load(std::memory_order_acquire);
  if (hint != 0) [[likely]] {
    replica* const copy = here.replicas + (hint - 1);
    const std::uint64_t sequence = copy->sequence.load(std::memory_order_acquire);
    // What another block's home and size make of the difference is never so small.
    const std::uint64_t offset = at.bits() - copy->block.load(std::memory_order_relaxed);
    const bool is_its_block = offset >> at.block_log2() == 0;
    if (is_its_block) [[likely]] {
      return {.copy = copy, .sequence = sequence};
    }
  }
  return find_in_table(here, at);
}

/// The hit check of runtime/coherence/README.md: stamp == V[h(b)]. What it returns was current when the validity word
/// was loaded; the caller looks at `sequence` again after using it, or pins it.
[[gnu::always_inline]] inline replica_hit find_valid_replica(const context& here, address at) {
  const replica_hit found = find_replica(here, at);
  if (found.copy == nullptr || (found.sequence & 1U) != 0) {
    return {};
  }
  // In one order with the exchange that took a near block for this thread's last write, for the same reason as in
  // try_near_read. The machine's load is that of an acquire.
  const std::uint64_t word = here.validity[validity_index(at, here.validity_mask)].load(std::memory_order_seq_cst);
  return found.copy->stamp.load(std::memory_order_relaxed) == word ? found : replica_hit{};
}

/// Where `at` lies in the block of a replica that was found for it. At least the size of the block if not all of
/// `bytes` lie in it, or if the replica is meanwhile another block's.
[[gnu::always_inline]] inline std::uint64_t offset_in(const replica& copy, address at, std::size_t bytes) {
  const std::uint64_t offset = at.bits() - copy.block.load(std::memory_order_acquire);
  return (offset | (offset + bytes - 1)) >> at.block_log2() == 0 ? offset : ~std::uint64_t{0};
}

inline void mark_referenced(replica& copy) {
  if (!copy.referenced.load(std::memory_order_relaxed)) {
    copy.referenced.store(true, std::memory_order_relaxed);
  }
}

[[gnu::always_inline]] inline bool try_hit(const context& here, address at, void* to, std::size_t bytes) {
  const replica_hit hit = find_valid_replica(here, at);
  if (hit.copy == nullptr) {
    return false;
  }
  const std::uint64_t offset = offset_in(*hit.copy, at, bytes);
  if (offset == ~std::uint64_t{0}) [[unlikely]] {
    return false;
  }
  // Looked at before `data` is followed: those of another block may be shorter, and end where the cache's memory does.
  const std::byte* const data = hit.copy->data.load(std::memory_order_acquire);
  if (hit.copy->sequence.load(std::memory_order_relaxed) != hit.sequence) [[unlikely]] {
    return false;
  }
  racing_copy(to, data + offset, bytes);
  std::atomic_thread_fence(std::memory_order_acquire);
  if (hit.copy->sequence.load(std::memory_order_relaxed) != hit.sequence) [[unlikely]] {
    return false;
  }
  mark_referenced(*hit.copy);
  return true;
}

/// Whether `bytes` at `at` lie in one block of a home that exists. What it refuses, the library explains.
inline bool is_plausible(const context& here, address at, std::size_t bytes) {
  return at.home() < here.size && at.block_log2() >= minimum_block_log2 &&
         at.offset_in_block() + bytes <= at.block_bytes() && at.offset() + bytes <= here.homes[at.home()].bytes;
}

/// Coherent read of bytes inside one block: near or hit here, the rest in the library.
[[gnu::always_inline]] inline void read_inline(address at, void* to, std::size_t bytes) {
  const context& here = *current;
  if (at.home() < here.size) [[likely]] {
    const home_view& home = here.homes[at.home()];
    if (home.origin != nullptr) {
      if (is_plausible(here, at, bytes) && try_near_read(home, at, to, bytes)) [[likely]] {
        count(counter.home_accesses);
        return;
      }
      // A replica is of a block that exists, so that is not asked.
    } else if (try_hit(here, at, to, bytes)) [[likely]] {
      count(counter.hits);
      return;
    }
  }
  read_bytes(at, to, bytes);
}

/// Coherent write of bytes inside one block: to a near block that nobody shares here, the rest in the library.
[[gnu::always_inline]] inline void write_inline(address at, const void* from, std::size_t bytes) {
  const context& here = *current;
  if (is_plausible(here, at, bytes)) [[likely]] {
    const home_view& home = here.homes[at.home()];
    if (home.origin != nullptr) {
      directory_entry& entry = near_entry(home, at);
      if (try_take_near(entry, here.rank)) [[likely]] {
        if (any_mark(sharers_of(entry))) {
          write_taken(at, from, bytes);
          return;
        }
        racing_copy(home.origin + at.offset(), from, bytes);
        give_near(entry);
        count(counter.home_accesses);
        return;
      }
    }
  }
  write_bytes(at, from, bytes);
}

/// The valid replica of the block of `at`, pinned, or none. `bytes` from there on lie in the block.
[[gnu::always_inline]] inline replica_hit pin_valid_replica(const context& here, address at, std::size_t bytes) {
  const replica_hit hit = find_valid_replica(here, at);
  if (hit.copy == nullptr || offset_in(*hit.copy, at, bytes) == ~std::uint64_t{0}) {
    return {};
  }
  mark_referenced(*hit.copy);
  if (count_pin(*hit.copy, hit.sequence)) [[likely]] {
    return hit;
  }
  if (count_unpin(*hit.copy)) {
    free_orphan(*hit.copy);
  }
  return {};
}

/// Holds the block for reading: pins its replica, or holds it in place where this rank is the home.
[[nodiscard]] inline read_hold open_read(address at, std::size_t bytes) {
  const context& here = *current;
  if (here.size != 0 && at.home() != here.rank) [[likely]] {
    if (const replica_hit hit = pin_valid_replica(here, at, bytes); hit.copy != nullptr) [[likely]] {
      count(counter.hits);
      return read_hold::pinned(hit.copy->data.load(std::memory_order_relaxed) + at.offset_in_block(), *hit.copy);
    }
  }
  return open_read_slowly(at, bytes);
}

inline void close_read(read_hold hold) noexcept {
  // A guard may outlive its runtime, which then leaves the addresses of its replicas to it.
  if (hold.is_in_place()) {
    close_read_in_place(*hold.record());
  } else if (count_unpin(hold.copy())) [[unlikely]] {
    free_orphan(hold.copy());
  }
}

}  // namespace liana::detail
