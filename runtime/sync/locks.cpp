#include <algorithm>
#include <cstdint>
#include <exception>
#include <string>

#include <liana/detail/print.hpp>
#include <liana/detail/words.hpp>
#include <liana/error.hpp>
#include <liana/mutex.hpp>

#include "runtime/coherence/coherence.hpp"
#include "runtime/report/log.hpp"
#include "runtime/state/wait.hpp"
#include "runtime/sync/lock_queue.hpp"

namespace liana::detail {
namespace {

constexpr std::int64_t word_bytes = sizeof(std::uint64_t);

// A shared mutex has, beside the tail of its queue, the word of who is inside: readers, and the one writer that holds
// the front of the queue.
constexpr std::uint64_t one_reader = 1;
constexpr std::uint64_t writer_inside = std::uint64_t{1} << 32U;
constexpr std::uint64_t reader_mask = writer_inside - 1;
constexpr awaited_role readers{.one = "which reads", .any = "the readers inside"};
constexpr awaited_role notifiers{.one = "which is to notify", .any = "a notification"};

address inside_of(address lock) { return lock.advanced(word_bytes); }

// A condition has two words: how many waits have begun, and how many of them may end.
address tickets_of(address condition) { return condition; }
address admitted_of(address condition) { return condition.advanced(word_bytes); }

/// A number below 0, for an addition that wraps around.
constexpr std::uint64_t minus(std::uint64_t number) { return ~number + 1; }

runtime_state& state_of_lock(address at, const char* operation) {
  return state_for(at, 2 * sizeof(std::uint64_t), operation);
}

auto find_held(thread_state& mine, address at) {
  return std::find_if(mine.locks.begin(), mine.locks.end(),
                      [at](const held_lock& each) { return each.lock == at.bits(); });
}

/// A thread that locks what it holds would wait for itself.
void refuse_held(const runtime_state& state, address at, const char* operation) {
  thread_state& mine = locks_of_thread(state);
  if (find_held(mine, at) != mine.locks.end()) {
    throw usage_error(std::string(operation) + " of " + to_string(at) +
                      ": this thread has the lock already and would wait for itself");
  }
}

/// How a thread has a lock. A shared hold has no place in the queue, so its node is 0.
enum class held : std::uint8_t { alone, shared };

/// Takes a lock off the thread's list. Throws usage_error when it is not there, or held in the other way.
std::uint64_t forget_held(const runtime_state& state, address at, held how, const char* operation) {
  thread_state& mine = locks_of_thread(state);
  const auto found = find_held(mine, at);
  if (found == mine.locks.end()) {
    throw usage_error(std::string(operation) + " of " + to_string(at) + ": this thread does not have the lock");
  }
  const std::uint64_t node = found->node;
  if ((node == 0) != (how == held::shared)) {
    throw usage_error(std::string(operation) + " of " + to_string(at) + ": this thread has the lock " +
                      (node == 0 ? "by lock_shared, which unlock_shared ends" : "by lock, which unlock ends"));
  }
  mine.locks.erase(found);
  return node;
}

void note_held(const runtime_state& state, address at, std::uint64_t node) {
  locks_of_thread(state).locks.push_back({.lock = at.bits(), .node = node});
}

/// For what destructors call.
template <class F>
void report_failure(F f) noexcept {
  try {
    if (current->state != nullptr) {  // else the lock outlived the runtime
      f();
    }
  } catch (const std::exception& problem) {
    log::error("{}", problem.what());
  }
}

void wait_for_readers(runtime_state& state, address at) {
  waiter wait(state, "lock", at, readers);
  while ((load_word(inside_of(at), "lock") & reader_mask) != 0) {
    wait.step(nobody);
  }
}

/// The notifications that are given out, until `next` of how many waits may end and how many there are says no more.
template <class Next>
void admit(address at, const char* operation, Next next) {
  static_cast<void>(state_of_lock(at, operation));
  for (;;) {
    const std::uint64_t admitted = load_word(admitted_of(at), operation);
    const std::uint64_t tickets = load_word(tickets_of(at), operation);
    if (admitted >= tickets || swap_word(admitted_of(at), admitted, next(admitted, tickets), operation) == admitted) {
      return;
    }
  }
}

}  // namespace

address make_lock(const char* operation) { return make_word(0, operation); }

// ---- global_mutex ----

void lock_mutex(address at) {
  runtime_state& state = state_of_lock(at, "lock");
  refuse_held(state, at, "lock");
  note_held(state, at, enter_queue(state, at, "lock"));
}

bool try_lock_mutex(address at) {
  runtime_state& state = state_of_lock(at, "try_lock");
  refuse_held(state, at, "try_lock");
  const std::uint64_t node = try_enter_queue(state, at, "try_lock");
  if (node != 0) {
    note_held(state, at, node);
  }
  return node != 0;
}

void unlock_mutex(address at) noexcept {
  report_failure([at] {
    runtime_state& state = state_of_lock(at, "unlock");
    leave_queue(state, at, forget_held(state, at, held::alone, "unlock"), "unlock");
  });
}

// ---- global_shared_mutex ----

void lock_shared_mutex(address at) {
  lock_mutex(at);
  if ((add_to_word(inside_of(at), writer_inside, "lock") & reader_mask) == 0) {
    return;
  }
  try {
    wait_for_readers(require_runtime("lock"), at);
  } catch (...) {
    unlock_shared_mutex(at);
    throw;
  }
}

bool try_lock_shared_mutex(address at) {
  if (!try_lock_mutex(at)) {
    return false;
  }
  if (swap_word(inside_of(at), 0, writer_inside, "try_lock") == 0) {
    return true;
  }
  unlock_mutex(at);
  return false;
}

void unlock_shared_mutex(address at) noexcept {
  report_failure([at] {
    runtime_state& state = state_of_lock(at, "unlock");
    const std::uint64_t node = forget_held(state, at, held::alone, "unlock");
    add_to_word(inside_of(at), minus(writer_inside), "unlock");
    leave_queue(state, at, node, "unlock");
  });
}

void share_shared_mutex(address at) {
  runtime_state& state = state_of_lock(at, "lock_shared");
  refuse_held(state, at, "lock_shared");
  thread_state& mine = locks_of_thread(state);
  mine.locks.reserve(mine.locks.size() + 1);
  if (add_to_word(inside_of(at), one_reader, "lock_shared") > reader_mask) {
    add_to_word(inside_of(at), minus(one_reader), "lock_shared");
    // At the front of the queue no writer is inside, and none comes in.
    const std::uint64_t node = enter_queue(state, at, "lock_shared");
    add_to_word(inside_of(at), one_reader, "lock_shared");
    leave_queue(state, at, node, "lock_shared");
  }
  note_held(state, at, 0);
}

bool try_share_shared_mutex(address at) {
  runtime_state& state = state_of_lock(at, "try_lock_shared");
  refuse_held(state, at, "try_lock_shared");
  thread_state& mine = locks_of_thread(state);
  mine.locks.reserve(mine.locks.size() + 1);
  if (add_to_word(inside_of(at), one_reader, "try_lock_shared") > reader_mask) {
    add_to_word(inside_of(at), minus(one_reader), "try_lock_shared");
    return false;
  }
  note_held(state, at, 0);
  return true;
}

void unshare_shared_mutex(address at) noexcept {
  report_failure([at] {
    static_cast<void>(forget_held(state_of_lock(at, "unlock_shared"), at, held::shared, "unlock_shared"));
    add_to_word(inside_of(at), minus(one_reader), "unlock_shared");
  });
}

// ---- global_condition ----

std::uint64_t take_ticket(address at) {
  static_cast<void>(state_of_lock(at, "wait"));
  return add_to_word(tickets_of(at), 1, "wait");
}

void wait_for_ticket(address at, std::uint64_t ticket) {
  waiter wait(state_of_lock(at, "wait"), "wait", at, notifiers);
  while (load_word(admitted_of(at), "wait") <= ticket) {
    wait.step(nobody);
  }
}

void admit_one(address at) {
  admit(at, "notify_one", [](std::uint64_t admitted, std::uint64_t) { return admitted + 1; });
}

void admit_all(address at) {
  admit(at, "notify_all", [](std::uint64_t, std::uint64_t tickets) { return tickets; });
}

}  // namespace liana::detail
