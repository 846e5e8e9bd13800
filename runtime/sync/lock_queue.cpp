#include "runtime/sync/lock_queue.hpp"

#include <array>
#include <cstddef>
#include <string>

#include <fmt/format.h>

#include <liana/detail/print.hpp>
#include <liana/detail/words.hpp>
#include <liana/error.hpp>

#include "runtime/coherence/coherence.hpp"
#include "runtime/coherence/protocol.hpp"
#include "runtime/coherence/release_queue.hpp"
#include "runtime/objects/objects.hpp"
#include "runtime/state/wait.hpp"

namespace liana::detail {
namespace {

constexpr unsigned node_block_log2 = 6;
constexpr awaited_role in_front{.one = "which is in front of it in the queue",
                                .any = "the rank in front of it in the queue"};
constexpr awaited_role behind{.one = "which is behind it in the queue", .any = "the rank behind it in the queue"};

/// Waits look at the node in front, which may be far, this seldom.
constexpr std::uint64_t steps_per_look = 1024;

queue_node& own_node(const runtime_state& state, std::uint64_t node) {
  return *reinterpret_cast<queue_node*>(near_data(state, address(node)));
}

std::uint64_t take_node(runtime_state& state, thread_state& mine, const char* operation) {
  mine.locks.reserve(mine.locks.size() + 1);  // so that nothing fails once the lock is held
  mine.idle_nodes.reserve(mine.idle_nodes.size() + 1);
  if (mine.idle_nodes.empty()) {
    return allocate_blocks(state, node_block_log2, 1, operation).bits();
  }
  const std::uint64_t taken = mine.idle_nodes.back();
  mine.idle_nodes.pop_back();
  queue_node& node = own_node(state, taken);
  node.granted.store(0, std::memory_order_relaxed);
  node.next.store(0, std::memory_order_relaxed);
  return taken;
}

std::uint64_t exchange_tail(address tail, std::uint64_t node, const char* operation) {
  return change_word(
      tail, node, [](std::uint64_t, std::uint64_t desired) { return desired; }, operation);
}

/// Writes a word of another rank's node, which only this rank writes at this time.
void write_word(runtime_state& state, address node, std::size_t offset, std::uint64_t value) {
  const address at = node.advanced(static_cast<std::int64_t>(offset));
  if (state.near(node.home())) {
    reinterpret_cast<std::atomic<std::uint64_t>*>(near_data(state, at))->store(value, std::memory_order_release);
    return;
  }
  auto posted = protocol_of(state).releases.take();
  posted->block = node;
  const std::array chain{transport::operation::write(state.data_at(at), &value, sizeof value)};
  state.wire->post(node.home(), chain, posted->done);
  protocol_of(state).releases.put(state, std::move(posted));
}

/// `queue_node::gave_up` of the node in front: 0 if it has kept its place.
std::uint64_t look_in_front(runtime_state& state, address in_front_of, const char* operation) {
  const address word = in_front_of.advanced(offsetof(queue_node, gave_up));
  return state.near(word.home())
             ? reinterpret_cast<std::atomic<std::uint64_t>*>(near_data(state, word))->load(std::memory_order_acquire)
             : load_word(word, operation);
}

/// Throws what the node in front, which has given up its place, ended with: unless `why` is 0.
void throw_if_given_up(const runtime_state& state, std::uint64_t why, address in_front_of, address tail,
                       const char* operation) {
  if (why == 0) {
    return;
  }
  const std::string who = fmt::format("{} of {}: {}, which was in front of this rank in the queue, has given up",
                                      operation, to_string(tail), state.describe(in_front_of.home()));
  if (why == queue_node::timed_out) {
    throw timeout_error(who + " after LIANA_TIMEOUT (options::timeout); no rank behind it can get this lock any more");
  }
  const auto lost = static_cast<rank_t>(why - 1);
  throw peer_error(lost, fmt::format("{} because {} is gone; no rank behind it can get this lock any more", who,
                                     state.describe(lost)));
}

void wait_in_queue(runtime_state& state, address tail, const queue_node& mine, address in_front_of,
                   const char* operation) {
  waiter wait(state, operation, tail, in_front);
  for (std::uint64_t steps = 1; mine.granted.load(std::memory_order_acquire) == 0; ++steps) {
    try {
      wait.step(in_front_of.home());
    } catch (const timeout_error&) {
      std::uint64_t why = 0;
      try {
        why = look_in_front(state, in_front_of, operation);  // a rank without a processor may not have looked before
      } catch (const timeout_error&) {
        why = 0;  // the time-out of the lock says more than that of the look
      }
      if (mine.granted.load(std::memory_order_acquire) != 0) {
        return;
      }
      throw_if_given_up(state, why, in_front_of, tail, operation);
      throw;
    }
    if (steps % steps_per_look == 0) {
      throw_if_given_up(state, look_in_front(state, in_front_of, operation), in_front_of, tail, operation);
    }
  }
}

}  // namespace

thread_state& locks_of_thread(const runtime_state& state) {
  thread_state& mine = thread();
  if (mine.locks_of != state.number) {
    mine.locks.clear();
    mine.idle_nodes.clear();
    mine.locks_of = state.number;
  }
  return mine;
}

std::uint64_t enter_queue(runtime_state& state, address tail, const char* operation) {
  const std::uint64_t node = take_node(state, locks_of_thread(state), operation);
  const std::uint64_t before = exchange_tail(tail, node, operation);
  if (before == 0) {
    return node;
  }
  queue_node& mine = own_node(state, node);
  try {
    write_word(state, address(before), offsetof(queue_node, next), node);
    wait_in_queue(state, tail, mine, address(before), operation);
  } catch (const peer_error& problem) {
    mine.gave_up.store(static_cast<std::uint64_t>(problem.peer()) + 1, std::memory_order_release);
    throw;
  } catch (...) {
    mine.gave_up.store(queue_node::timed_out, std::memory_order_release);
    throw;
  }
  return node;
}

std::uint64_t try_enter_queue(runtime_state& state, address tail, const char* operation) {
  thread_state& mine = locks_of_thread(state);
  const std::uint64_t node = take_node(state, mine, operation);
  if (swap_word(tail, 0, node, operation) == 0) {
    return node;
  }
  mine.idle_nodes.push_back(node);
  return 0;
}

void leave_queue(runtime_state& state, address tail, std::uint64_t node, const char* operation) {
  queue_node& mine = own_node(state, node);
  std::uint64_t next = mine.next.load(std::memory_order_acquire);
  if (next == 0 && swap_word(tail, node, 0, operation) != node) {
    // Somebody has come and has not yet said where it waits.
    waiter wait(state, operation, tail, behind);
    while ((next = mine.next.load(std::memory_order_acquire)) == 0) {
      wait.step(nobody);
    }
  }
  if (next != 0) {
    write_word(state, address(next), offsetof(queue_node, granted), 1);
  }
  locks_of_thread(state).idle_nodes.push_back(node);
}

}  // namespace liana::detail
