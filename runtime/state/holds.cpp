#include "runtime/state/holds.hpp"

#include <atomic>
#include <string>

#include <liana/detail/print.hpp>
#include <liana/error.hpp>

namespace liana::detail {
namespace {

template <class Test>
hold_record* find_record(thread_state& mine, Test test) {
  for (hold_record& each : mine.few_holds) {
    if (test(each)) {
      return &each;
    }
  }
  for (hold_record& each : mine.more_holds) {
    if (test(each)) {
      return &each;
    }
  }
  return nullptr;
}

[[noreturn]] void refuse(address block, const char* operation, bool writing) {
  throw usage_error(
      std::string(operation) + " of " + to_string(block) + ": this thread holds the block " +
      (writing ? "for writing" : "for reading in place") +
      " through a guard or view, so it would wait for itself; end that guard or view first, or use it for this access");
}

}  // namespace

hold_record* note_hold(address first, address last, std::uint32_t guards, bool writing) {
  thread_state& mine = thread();
  hold_record* record =
      find_record(mine, [](const hold_record& each) { return each.first.load(std::memory_order_acquire) == 0; });
  if (record == nullptr) {
    record = &mine.more_holds.emplace_back();
  }
  record->guards.store(guards, std::memory_order_relaxed);
  record->writing.store(writing, std::memory_order_relaxed);
  record->last.store(last.bits(), std::memory_order_relaxed);
  record->first.store(first.bits(), std::memory_order_relaxed);
  return record;
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

hold_record* find_hold(address block) {
  return find_record(thread(), [block](const hold_record& each) {
    const std::uint64_t first = each.first.load(std::memory_order_relaxed);
    return first != 0 && first <= block.bits() && block.bits() <= each.last.load(std::memory_order_relaxed);
  });
}

void refuse_own_write(address block, const char* operation) {
  const hold_record* const mine = find_hold(block);
  if (mine != nullptr && mine->writing.load(std::memory_order_relaxed)) {
    refuse(block, operation, true);
  }
}

void refuse_own_hold(address block, const char* operation) {
  if (const hold_record* const mine = find_hold(block); mine != nullptr) {
    refuse(block, operation, mine->writing.load(std::memory_order_relaxed));
  }
}

}  // namespace liana::detail
