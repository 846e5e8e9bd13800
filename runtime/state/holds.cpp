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

/// Whether a record of whatever thread is of a hold of the block, for reading, by a guard that has moved.
bool is_moved_read(const hold_record& record, const runtime_state& state, address block) {
  const hold_record::kind what = record.what.load(std::memory_order_acquire);
  if (what.moved() == 0 || what.writing() || what.runtime() != state.number) {
    return false;
  }
  const std::uint64_t first = record.first.load(std::memory_order_acquire);
  const std::uint64_t last = record.last.load(std::memory_order_acquire);
  // Another hold in the record has another kind, which was written before its blocks.
  return first != 0 && first <= block.bits() && block.bits() <= last &&
         record.what.load(std::memory_order_relaxed) == what;
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
  record.guards.store(guards, std::memory_order_relaxed);
  record.what.store(hold_record::kind(state.number, writing), std::memory_order_relaxed);
  record.last.store(last.bits(), std::memory_order_release);
  record.first.store(first.bits(), std::memory_order_release);
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
  return record.what.load(std::memory_order_relaxed).runtime() == state.number;
}

own_hold find_own_hold(const runtime_state& state, address block) {
  const hold_record* const found = find_record(thread(), [&](const hold_record& each) {
    const std::uint64_t first = each.first.load(std::memory_order_acquire);
    const hold_record::kind what = each.what.load(std::memory_order_relaxed);
    return first != 0 && first <= block.bits() && block.bits() <= each.last.load(std::memory_order_relaxed) &&
           what.runtime() == state.number && what.moved() == 0;
  });
  if (found == nullptr) {
    return own_hold::none;
  }
  return found->what.load(std::memory_order_relaxed).writing() ? own_hold::writing : own_hold::reading;
}

bool may_hold_in_place(const runtime_state& state, address block) {
  if (find_own_hold(state, block) == own_hold::reading) {
    return true;
  }
  if (!guards_have_moved.load(std::memory_order_relaxed)) {
    return false;
  }
  const auto is_wanted = [&](const hold_record& record) { return is_moved_read(record, state, block); };
  for (thread_state* each = first_thread(); each != nullptr; each = each->next) {
    if (find_record(*each, is_wanted) != nullptr) {
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
