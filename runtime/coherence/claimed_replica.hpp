#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

#include <liana/detail/address.hpp>
#include <liana/detail/replica.hpp>

#include "runtime/cache/cache.hpp"

namespace liana::detail {

class runtime_state;

/// A replica that its owner alone fills, or none. Other threads of the rank that want the block wait meanwhile.
///
///     made (publish | release | destruction, which gives the replica up)
///
/// Destroyed only once the transport no longer writes into it: declare it before what is under way into it.
class claimed_replica {
 public:
  claimed_replica() = default;

  /// Claims the replica of `block` without waiting. None where `result` says why.
  claimed_replica(cache& replicas, address block) : replicas_(&replicas), claim_(replicas.claim(block)) {}

  /// Takes over what another handle has let go by `release`.
  claimed_replica(cache& replicas, replica& copy)
      : replicas_(&replicas), claim_{.result = cache::claim_result::claimed, .copy = &copy} {}

  claimed_replica(const claimed_replica&) = delete;
  claimed_replica& operator=(const claimed_replica&) = delete;
  claimed_replica(claimed_replica&& other) noexcept
      : replicas_(other.replicas_),
        claim_{.result = other.claim_.result, .copy = std::exchange(other.claim_.copy, nullptr), .kept = other.kept()} {
  }
  claimed_replica& operator=(claimed_replica&& other) noexcept {
    give_up();
    replicas_ = other.replicas_;
    claim_ = other.claim_;
    other.claim_.copy = nullptr;
    return *this;
  }
  ~claimed_replica() { give_up(); }

  explicit operator bool() const { return claim_.copy != nullptr; }
  [[nodiscard]] cache::claim_result result() const { return claim_.result; }

  /// Whether it held this block before: its data and version are still there.
  [[nodiscard]] bool kept() const { return claim_.kept; }

  replica& operator*() const { return *claim_.copy; }
  replica* operator->() const { return claim_.copy; }
  /// The bytes of the block from `at` on.
  [[nodiscard]] std::byte* data_at(address at) const {
    return claim_.copy->data.load(std::memory_order_relaxed) + at.offset_in_block();
  }

  /// Gives it free for reading. Its data, version and stamp are set. `pinned`: with one pin already taken.
  replica& publish(bool pinned) {
    replica& copy = release();
    replicas_->publish(copy, pinned);
    return copy;
  }

  /// Leaves it, still claimed, to the caller.
  replica& release() { return *std::exchange(claim_.copy, nullptr); }

 private:
  void give_up() {
    if (claim_.copy != nullptr) [[unlikely]] {
      replicas_->abandon(*claim_.copy);
    }
  }

  cache* replicas_ = nullptr;
  cache::claim_outcome claim_;
};

/// Claims the replica of a block, waiting for room where there is none. Where another thread has it, waits until that
/// claim has ended and returns none: there may be a valid replica now. Throws resource_error when there is no room,
/// usage_error when this thread itself is writing the block.
claimed_replica claim_replica(runtime_state& state, address block, const char* operation);

/// The same for a write, which takes no notice of a valid replica: never none.
claimed_replica claim_replica_for_write(runtime_state& state, address block, const char* operation);

}  // namespace liana::detail
