#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <liana/detail/address.hpp>

#include "runtime/coherence/claimed_replica.hpp"
#include "runtime/state/runtime_state.hpp"
#include "runtime/state/wait.hpp"

namespace liana::detail {

/// A far write on its way to the hold: from the lock to the last invalidation.
///
///     far_write write(state, block, copy_or_null);
///     while (!write.step()) { wait or do something else }
///     ... the block is this rank's alone; then write.keep_hold(), and later, exactly once, release_far(...)
///
/// | phase        | under way                                   | then                                         |
/// | idle         | nothing                                     | locking                                      |
/// | locking      | CAS lock 0 -> me + 1; READ entry; READ data | idle (lost), draining, invalidating          |
/// | draining     | READ entry; READ data, the lock kept        | draining (near holders, R6), invalidating    |
/// | invalidating | a stamp to every host that shares           | held (R7)                                    |
/// | held         | nothing                                     | released                                     |
///
/// Must not move while something is under way. The destructor waits for that and, if the write was not released,
/// unlocks without a trace.
class far_write {
 public:
  /// `fetch_to`: where the block's data are wanted, or null when they are not.
  far_write(runtime_state& state, address block, std::byte* fetch_to, when_all_are_lent then = when_all_are_lent::wait);
  far_write(const far_write&) = delete;
  far_write& operator=(const far_write&) = delete;
  far_write(far_write&&) = delete;
  far_write& operator=(far_write&&) = delete;
  ~far_write();

  /// Moves on without waiting. True: held; not to be called again then. Throws peer_error when a rank that is needed is
  /// gone.
  bool step();

  /// Moves on until it is held, waiting. `operation` is what reports of the wait name. Throws usage_error when this
  /// thread itself holds the block, and what `waiter::step` throws.
  void wait_until_held(const char* operation);

  [[nodiscard]] rank_t holder() const { return holder_; }
  [[nodiscard]] address block() const { return block_; }

  /// The version before the write. Once held.
  [[nodiscard]] std::uint64_t version() const { return version_; }

  /// Leaves the lock to the caller, who releases it by `release_far` later.
  void keep_hold() { phase_ = phase::released; }

 private:
  enum class phase : std::uint8_t { idle, locking, draining, invalidating, held, released };

  void post_lock();
  void post_read();
  bool has_lock();
  bool has_near_holders();
  void unlock() noexcept;

  runtime_state& state_;
  address block_;
  std::byte* fetch_to_;
  phase phase_ = phase::idle;
  bool locked_ = false;
  rank_t holder_ = nobody;
  std::uint64_t version_ = 0;
  lent_buffer seen_;
  transport::completion done_;
};

/// What becomes of the replica when a far write is released.
enum class after_release : std::uint8_t {
  keep_replica,     ///< the whole block was written from `copy`: it is a registered replica from now on
  scratch_replica,  ///< `copy` only lent its memory to the bytes written
  no_replica,       ///< the bytes, `transport::inline_bytes` at most, come from elsewhere
};

/// The release, off the critical path (R8): WRITE data; WRITE version + 1 and sharers; atomic unlock, in this order.
/// `written`: the bytes of the block at `at`. With `keep_replica`, `copy` is published with one pin for the release.
/// Throws peer_error when an earlier release, or this one, has failed.
void release_far(runtime_state& state, address at, std::span<const std::byte> written, std::uint64_t version,
                 after_release what, claimed_replica&& copy);

}  // namespace liana::detail
