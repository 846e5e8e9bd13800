#include "runtime/coherence/near_access.hpp"

#include <array>
#include <atomic>
#include <cstring>

#include "runtime/coherence/invalidate.hpp"
#include "runtime/coherence/read_miss.hpp"
#include "runtime/state/completion.hpp"
#include "runtime/state/holds.hpp"
#include "runtime/state/wait.hpp"

namespace liana::detail {
namespace {

/// Who keeps a near rank from a block, as far as the entry tells.
rank_t holder_of(const directory_entry& entry, address block) {
  if (const std::uint64_t lock = entry.lock.load(std::memory_order_relaxed); lock != 0) {
    return static_cast<rank_t>(lock - 1);
  }
  const std::uint64_t near = entry.near.load(std::memory_order_relaxed);
  if (has_near_writer(near)) {
    return static_cast<rank_t>((near >> 32U) - 1);
  }
  return near != 0 ? block.home() : nobody;
}

/// R6: a far writer that has the lock waits until nobody holds the block in place. A thread that holds it so already
/// must not wait for that writer: it would wait for itself. It may hold the block once more, because its first hold
/// keeps the block as it is. Not by the count of readers, which threads also raise for a moment, before they see the
/// lock: by a hold that is noted still after the count was raised.
bool try_take_in_place(const runtime_state& state, directory_entry& entry, address block) {
  if (entry.lock.load(std::memory_order_relaxed) != 0 && !may_hold_in_place(state, block)) {
    return false;  // a look alone, so that the far writer does not meet a raised count again and again
  }
  std::uint64_t near = entry.near.load(std::memory_order_relaxed);
  do {
    if (has_near_writer(near)) {
      return false;
    }
  } while (!entry.near.compare_exchange_weak(near, near + near_reader, std::memory_order_seq_cst));
  if (entry.lock.load(std::memory_order_seq_cst) == 0 || may_hold_in_place(state, block)) {
    return true;
  }
  entry.near.fetch_sub(near_reader, std::memory_order_release);
  return false;
}

/// Invalidates the hosts that share a block that this rank holds as near writer, and waits until that is visible (R7).
void invalidate_sharers(runtime_state& state, const directory_entry& entry, address block) {
  const sharer_words sharers = sharers_of(entry);
  if (!any_mark(sharers)) {
    return;
  }
  awaited_completion sent(state, "invalidation", block);
  post_invalidations(state, block, reinterpret_cast<const std::byte*>(sharers.data()), sent.get());
  sent.wait(nobody);
}

/// The same for a block that was just taken, which is given back where that fails.
void prepare_taken(runtime_state& state, directory_entry& entry, address block) {
  try {
    invalidate_sharers(state, entry, block);
  } catch (...) {
    entry.near.store(0, std::memory_order_release);  // nothing was written
    throw;
  }
}

/// Sets near.writer, waiting for the rank that holds the block.
void set_near_writer(runtime_state& state, directory_entry& entry, address block, const char* operation) {
  if (!try_take_near(entry, state.rank())) [[unlikely]] {
    refuse_own_hold(state, block, operation);
    waiter wait(state, operation, block);
    do {
      count(counter.lock_retries);
      wait.step(holder_of(entry, block));
    } while (!try_take_near(entry, state.rank()));
  }
}

}  // namespace

void take_near(runtime_state& state, address block, const char* operation) {
  directory_entry& entry = entry_of(state, block);
  set_near_writer(state, entry, block, operation);
  prepare_taken(state, entry, block);
}

bool try_take_near(runtime_state& state, address block) {
  directory_entry& entry = entry_of(state, block);
  if (!try_take_near(entry, state.rank())) {
    return false;
  }
  prepare_taken(state, entry, block);
  return true;
}

void near_read(runtime_state& state, address at, void* to, std::size_t bytes) {
  const home_view& home = state.memory.homes[static_cast<std::size_t>(at.home())];
  count(counter.home_accesses);
  if (try_near_read(home, at, to, bytes)) {
    return;
  }
  const address block = at.block();
  refuse_own_write(state, block, "get");
  directory_entry& entry = entry_of(state, block);
  waiter wait(state, "get", block);
  // Under the lock of a far writer that waits for this thread's guard: by one hold more.
  const auto read_in_place = [&] {
    if (entry.lock.load(std::memory_order_relaxed) == 0 || !try_take_in_place(state, entry, block)) {
      return false;
    }
    racing_copy(to, home.origin + at.offset(), bytes);
    give_in_place(entry);
    return true;
  };
  while (!try_near_read(home, at, to, bytes) && !read_in_place()) {
    count(counter.lock_retries);
    wait.step(holder_of(entry, block));
  }
}

void near_write(runtime_state& state, address at, const void* from, std::size_t bytes) {
  set_near_writer(state, entry_of(state, at), at.block(), "put");
  near_write_taken(state, at, from, bytes);
}

void near_write_taken(runtime_state& state, address at, const void* from, std::size_t bytes) {
  directory_entry& entry = entry_of(state, at);
  prepare_taken(state, entry, at.block());  // R7
  racing_copy(near_data(state, at), from, bytes);
  give_near(entry);  // R8
  count(counter.home_accesses);
}

void take_in_place(runtime_state& state, address block) {
  directory_entry& entry = entry_of(state, block);
  count(counter.home_accesses);
  if (try_take_in_place(state, entry, block)) {
    return;
  }
  refuse_own_write(state, block, "read");
  waiter wait(state, "read", block);
  while (!try_take_in_place(state, entry, block)) {
    count(counter.lock_retries);
    wait.step(holder_of(entry, block));
  }
}

namespace {

/// R3 and R4 for a replica of a near block: copies the entry, and tells whether nobody holds it and this host is
/// registered.
bool look_at_entry(const directory_entry& entry, const host_map& hosts,
                   std::array<std::uint64_t, entry_bytes / 8>& seen) {
  for (another_mark looks;;) {
    copy_line_ascending(seen.data(), reinterpret_cast<const std::uint64_t*>(&entry));
    const std::uint16_t mark = hosts.mark_in(reinterpret_cast<const std::byte*>(&seen[3]));
    if (seen[0] != 0 || has_near_writer(seen[1]) || mark == 0) {
      return false;
    }
    if (mark == hosts.my_mark() || looks.confirm(seen[2])) {
      return true;
    }
  }
}

}  // namespace

void near_fetch(runtime_state& state, address block, replica& copy, bool kept) {
  directory_entry& entry = entry_of(state, block);
  const host_map& hosts = *state.hosts;
  std::byte* const mark = reinterpret_cast<std::byte*>(&entry.sharers) + hosts.mark_offset();
  waiter wait(state, "read", block);
  for (bool first = true;; first = false) {
    if (!first) {
      refuse_own_write(state, block, "read");
      wait.step(holder_of(entry, block));
    }
    const std::uint64_t stamp = state.validity(block);  // R2
    if (hosts.mark_bytes() == 1) {
      __atomic_store_n(reinterpret_cast<std::uint8_t*>(mark), static_cast<std::uint8_t>(hosts.my_mark()),
                       __ATOMIC_RELAXED);
    } else {
      __atomic_store_n(reinterpret_cast<std::uint16_t*>(mark), hosts.my_mark(), __ATOMIC_RELAXED);
    }
    std::atomic_thread_fence(std::memory_order_seq_cst);  // registered before the entry is read
    std::array<std::uint64_t, entry_bytes / 8> seen{};
    if (!look_at_entry(entry, hosts, seen)) {  // R3, R4
      continue;
    }
    if (!kept || copy.version.load(std::memory_order_relaxed) != seen[2]) {
      kept = false;
      racing_copy(copy.data.load(std::memory_order_relaxed), near_data(state, block), block.block_bytes());
      std::atomic_thread_fence(std::memory_order_acquire);
    }
    if (state.validity(block) == stamp) {  // R5
      copy.version.store(seen[2], std::memory_order_relaxed);
      copy.stamp.store(stamp, std::memory_order_relaxed);
      return;
    }
  }
}

}  // namespace liana::detail
