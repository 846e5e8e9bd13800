#pragma once

#include <atomic>
#include <cstdint>

#include <liana/detail/address.hpp>
#include <liana/detail/thread_state.hpp>

#include "runtime/state/runtime_state.hpp"

/// The queue of a lock: J. M. Mellor-Crummey and M. L. Scott, "Algorithms for scalable synchronization on
/// shared-memory multiprocessors", ACM TOCS 9(1), 1991, with the words where one-sided operations reach them.
///
///     lock, at its home           tail        the last node of the queue, or 0; atomics (R1: CPU's or transport's)
///     node, at each waiting rank  granted     written by the one in front, to hand the lock over
///                                 next        written by the one behind, to say where it waits
///                                 gave_up     written by its own rank, when its wait has failed
///
/// The words of a node take plain writes only, each by one writer: a near rank stores, a far one posts a write and does
/// not wait for it. A node is used again once its lock has been handed on; both words have been written by then.
namespace liana::detail {

struct alignas(64) queue_node {
  std::atomic<std::uint64_t> granted;  ///< 0: waits
  std::atomic<std::uint64_t> next;     ///< address of the node behind, or 0
  std::atomic<std::uint64_t> gave_up;  ///< 0, or why nobody behind gets the lock: a lost rank + 1, or `timed_out`

  static constexpr std::uint64_t timed_out = ~std::uint64_t{0};
};

/// The calling thread's locks and idle nodes in this runtime.
thread_state& locks_of_thread(const runtime_state& state);

/// Waits in the queue of the lock at `tail` until this thread is at its front; returns its node. Throws peer_error and
/// timeout_error; the node then stays in the queue.
std::uint64_t enter_queue(runtime_state& state, address tail, const char* operation);

/// The node if the queue was empty, else 0.
std::uint64_t try_enter_queue(runtime_state& state, address tail, const char* operation);

/// Hands the lock to the next in the queue, if there is one.
void leave_queue(runtime_state& state, address tail, std::uint64_t node, const char* operation);

}  // namespace liana::detail
