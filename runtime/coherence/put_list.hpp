#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <vector>

#include <liana/detail/annotated_mutex.hpp>
#include <liana/detail/pending.hpp>

#include "runtime/state/runtime_state.hpp"

namespace liana::detail {

/// Far puts that were begun and not waited for yet. From its lock to its release such a put holds its block, so every
/// thread of this rank that waits for anything moves it on (`waiter::step`): two ranks that each wait for a block that
/// the other one's put holds both get on. Thread-safe.
///
/// A put claims the block's replica, which lends it memory for its bytes, and keeps the claim until it is released: so
/// whatever else this rank does with the block comes after it. Small puts, which otherwise need no claim, ask `has`.
class put_list {
 public:
  put_list();
  put_list(const put_list&) = delete;
  put_list& operator=(const put_list&) = delete;
  put_list(put_list&&) = delete;
  put_list& operator=(put_list&&) = delete;
  ~put_list();

  /// Begins to write `bytes` at `at`, which lie in one far block. Waits while the block's replica is claimed, by an
  /// earlier put for example, and while too many puts are under way.
  std::shared_ptr<begun_put> start(runtime_state& state, address at, const void* from, std::size_t bytes);

  /// Moves all on without waiting; returns how many are still under way. A failure is kept for the thread that waits
  /// for the put.
  std::size_t progress();

  /// Whether a put to the block is under way.
  [[nodiscard]] bool has(address block);

  /// Ends a put that is under way without carrying it out. `because` is its failure.
  void give_up(const begun_put& which, const std::exception_ptr& because);

  /// The same for all: the runtime ends out of step.
  void give_up_all();

 private:
  struct pending;

  static bool finish(pending& each);

  annotated_mutex mutex_;
  std::vector<std::unique_ptr<pending>> under_way_ LIANA_GUARDED_BY(mutex_);
  std::atomic<std::size_t> count_{0};  ///< so that those who wait need no mutex when there are none
};

/// Waits until no put of this rank to the block is under way.
void finish_puts_to(runtime_state& state, address block);

}  // namespace liana::detail
