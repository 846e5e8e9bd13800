#include "runtime/state/holds.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>

#include <liana/detail/print.hpp>
#include <liana/error.hpp>

namespace liana::detail {
namespace {

/// The first of a thread's records that passes the test, or null.
template <class Test>
hold_record* find_record(thread_state& of, Test test) {
  for (hold_records* each = &of.holds; each != nullptr; each = each->more.load(std::memory_order_acquire)) {
    if (const auto found = std::ranges::find_if(each->some, test); found != each->some.end()) {
      return &*found;
    }
  }
  return nullptr;
}

/// A free record of the calling thread.
hold_record& free_record() {
  thread_state& mine = thread();
  if (hold_record* const found =
          find_record(mine, [](const hold_record& each) { return each.first.load(std::memory_order_acquire) == 0; })) {
    return *found;
  }
  hold_records* last = &mine.holds;
  while (hold_records* const next = last->more.load(std::memory_order_relaxed)) {
    last = next;
  }
  auto* const more = std::make_unique<hold_records>().release();  // kept with the thread's state, for ever
  last->more.store(more, std::memory_order_release);
  return more->some.front();
}

/// What one look at a record tells of a hold of the block: `none` too where it is being made.
struct noted_hold {
  own_hold how = own_hold::none;
  bool moved = false;
};

noted_hold hold_in(const hold_record& record, const runtime_state& state, address block) {
  const std::uint32_t notes = record.notes.load(std::memory_order_acquire);
  const std::uint64_t first = record.first.load(std::memory_order_acquire);
  if (first == 0) {
    return {};
  }
  const std::uint64_t last = record.last.load(std::memory_order_relaxed);
  const bool current_runtime = is_of(record, state);
  const bool writing = record.writing.load(std::memory_order_relaxed);
  const bool moved = record.moved.load(std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_acquire);
  if (block.bits() < first || last < block.bits() || !current_runtime || (notes & 1U) != 0 ||
      record.notes.load(std::memory_order_relaxed) != notes) {
    return {};
  }
  return {.how = writing ? own_hold::writing : own_hold::reading, .moved = moved};
}

[[noreturn]] void refuse(address block, const char* operation, own_hold how) {
  throw usage_error(
      std::string(operation) + " of " + to_string(block) + ": this thread holds the block " +
      (how == own_hold::writing ? "for writing" : "for reading in place") +
      " through a guard or view, so it would wait for itself; end that guard or view first, or use it for this access");
}

}  // namespace

hold_record* note_hold(const runtime_state& state, address first, address last, std::uint32_t guards, bool writing) {
  hold_record& record = free_record();
  const std::uint32_t notes = record.notes.load(std::memory_order_relaxed);
  record.notes.store(notes + 1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  record.guards.store(guards, std::memory_order_relaxed);
  record.writing.store(writing, std::memory_order_relaxed);
  record.moved.store(false, std::memory_order_relaxed);
  record.runtime.store(state.number, std::memory_order_relaxed);
  record.last.store(last.bits(), std::memory_order_relaxed);
  record.first.store(first.bits(), std::memory_order_release);
  record.notes.store(notes + 2, std::memory_order_release);
  return &record;
}

bool forget_hold(hold_record& record) {
  // The last guard's thread is alone with the record: a guard more is made from one that is held.
  if (record.guards.load(std::memory_order_acquire) != 1 &&
      record.guards.fetch_sub(1, std::memory_order_acq_rel) != 1) {
    return false;
  }
  record.first.store(0, std::memory_order_release);
  return true;
}

bool is_of(const hold_record& record, const runtime_state& state) {
  return record.runtime.load(std::memory_order_relaxed) == state.number;
}

own_hold find_own_hold(const runtime_state& state, address block) {
  own_hold how = own_hold::none;
  find_record(thread(), [&](const hold_record& each) {
    const noted_hold found = hold_in(each, state, block);
    how = found.moved ? own_hold::none : found.how;
    return how != own_hold::none;
  });
  return how;
}

bool may_hold_in_place(const runtime_state& state, address block) {
  thread_state& mine = thread();
  const auto reads = [&](const hold_record& record) { return hold_in(record, state, block).how == own_hold::reading; };
  if (find_record(mine, reads) != nullptr) {
    return true;
  }
  if (!guards_have_moved.load(std::memory_order_relaxed)) {
    return false;
  }
  const auto reads_and_moved = [&](const hold_record& record) {
    const noted_hold found = hold_in(record, state, block);
    return found.how == own_hold::reading && found.moved;
  };
  for (thread_state* each = first_thread(); each != nullptr; each = each->next) {
    if (find_record(*each, reads_and_moved) != nullptr) {
      return true;
    }
  }
  return false;
}

void refuse_own_write(const runtime_state& state, address block, const char* operation) {
  if (find_own_hold(state, block) == own_hold::writing) {
    refuse(block, operation, own_hold::writing);
  }
}

void refuse_own_hold(const runtime_state& state, address block, const char* operation) {
  if (const own_hold how = find_own_hold(state, block); how != own_hold::none) {
    refuse(block, operation, how);
  }
}

}  // namespace liana::detail
