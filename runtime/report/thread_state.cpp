#include <atomic>
#include <memory>

#include <liana/detail/thread_state.hpp>

namespace liana::detail {
namespace {

std::atomic<thread_state*> all_threads{nullptr};

/// Gives the state back when its thread ends.
struct thread_end {
  thread_state* state = nullptr;
  thread_end() = default;
  thread_end(const thread_end&) = delete;
  thread_end& operator=(const thread_end&) = delete;
  thread_end(thread_end&&) = delete;
  thread_end& operator=(thread_end&&) = delete;
  ~thread_end() {
    if (state != nullptr) {
      this_thread = nullptr;
      state->in_use.store(false, std::memory_order_release);
    }
  }
};

thread_local thread_end at_thread_end;

/// The guards that an ended thread has left behind are not those of the thread that takes over its state.
void disown_holds(thread_state& state) {
  for (hold_records* each = &state.holds; each != nullptr; each = each->more.load(std::memory_order_relaxed)) {
    for (hold_record& record : each->some) {
      if (record.first.load(std::memory_order_acquire) != 0) {
        note_moved(record);
      }
    }
  }
}

/// Takes over the state of a thread that has ended.
thread_state* take_unused() {
  for (thread_state* each = all_threads.load(std::memory_order_acquire); each != nullptr; each = each->next) {
    bool in_use = false;
    if (each->in_use.compare_exchange_strong(in_use, true, std::memory_order_acquire)) {
      disown_holds(*each);
      return each;
    }
  }
  return nullptr;
}

}  // namespace

thread_state* first_thread() { return all_threads.load(std::memory_order_acquire); }

thread_state& attach_thread() {
  thread_state* mine = take_unused();
  if (mine == nullptr) {
    mine = std::make_unique<thread_state>().release();  // kept for the process's life, see thread_state
    mine->next = all_threads.load(std::memory_order_relaxed);
    while (!all_threads.compare_exchange_weak(mine->next, mine, std::memory_order_release, std::memory_order_relaxed)) {
    }
  }
  at_thread_end.state = mine;
  this_thread = mine;
  return *mine;
}

}  // namespace liana::detail
