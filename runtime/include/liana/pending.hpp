#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include <liana/detail/access.hpp>
#include <liana/detail/address.hpp>
#include <liana/detail/pending.hpp>

namespace liana {

/// A `T` that is being read, or has been. From `global_ptr<T>::async_get()`.
///
/// Near, or where a valid replica was here, the value is in the handle from the start, and nothing was allocated.
/// Otherwise its block is on the way, as by `prefetch()`; over shared memory it has arrived by then.
///
/// The value is one that the object had at some moment between `async_get()` and the end of the `ready()` that was
/// true, or of `get()` or `wait()`. It comes after the puts of this rank to the same block that were begun before;
/// otherwise its order among this thread's accesses is the handle's, not that of the call that made it.
///
/// A handle that goes without having been asked has been a prefetch. Copies each read for themselves. Different threads
/// may use different handles.
template <class T>
class [[nodiscard]] pending_get {
 public:
  using value_type = T;

  /// Whether the value is here. Moves everything that this rank has under way on, and begins the fetch anew where a
  /// writer held the block or the cache was full. Also true when the home is found gone, which `get` then reports.
  [[nodiscard]] bool ready() {
    if (!here_) {
      detail::require_same_runtime(runtime_);
      here_ = detail::try_read_bytes(at_, value_.data(), value_.size());
    }
    return here_ || detail::find_lost(at_, -1, polls_);
  }

  /// Waits until the value is here. Throws as `global_ptr<T>::get()`.
  void wait() {
    if (!here_) {
      detail::require_same_runtime(runtime_);
      detail::read_inline(at_, value_.data(), value_.size());
      here_ = true;
    }
  }

  /// Waits, and returns the value; the same one each time.
  [[nodiscard]] T get() {
    wait();
    return std::bit_cast<T>(value_);
  }

  /// For the library.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Weffc++"  // `value_` is written once it is here
  explicit pending_get(detail::address at) : at_(at), here_(detail::begin_read(at, value_.data(), value_.size())) {
    if (!here_) {
      runtime_ = detail::runtime_number();
    }
  }
#pragma GCC diagnostic pop

 private:
  alignas(T) std::array<std::byte, sizeof(T)> value_;  // NOLINT(cppcoreguidelines-pro-type-member-init): once `here_`
  detail::address at_{};
  std::uint64_t runtime_ = 0;  ///< the number of the runtime that the read was begun in, unless it is here
  std::uint32_t polls_ = 0;
  bool here_;
};

/// A put that is under way, or done. From `global_ptr<T>::async_put(x)`.
///
/// Near, the put is done when the handle is made, and nothing was allocated; over shared memory it is so for a far
/// object too, unless somebody held its block. Otherwise it takes effect, for all ranks at once, at some moment until
/// `wait()` has returned, `ready()` was true, or a `barrier()` or the destruction of an array has returned; the end of
/// the runtime completes it too.
///
/// Accesses of this rank to the same block that are begun afterwards, also a second `async_put`, come after it, and
/// wait for it if they must. Until it has taken effect it has no order with accesses to other blocks: two puts that are
/// under way may become visible in either order, a later `get` elsewhere may read what was there before. Waiting for it
/// restores program order: whatever comes after `wait()` comes after the put.
///
/// While it is under way the put may hold its block, as a write guard does, and it gets on only while a thread of this
/// rank waits for something within Liana or asks a handle: wait for it before a long computation, or before waiting for
/// another rank by other means, such as MPI.
///
/// Movable. The destructor waits as `wait` does, and logs what goes wrong. Different threads may use different handles,
/// and hand them on.
class [[nodiscard]] pending_put {
 public:
  /// Of no put: ready.
  pending_put() = default;
  pending_put(pending_put&& other) noexcept = default;
  pending_put& operator=(pending_put&& other) noexcept {
    if (this != &other) {
      finish();
      begun_ = std::move(other.begun_);
    }
    return *this;
  }
  pending_put(const pending_put&) = delete;
  pending_put& operator=(const pending_put&) = delete;
  ~pending_put() { finish(); }

  /// Whether `wait` would not have to: the put has taken effect, or has failed. Moves everything that this rank has
  /// under way on. Also true when the home, or the rank that holds the block, is found gone, which `wait` then reports.
  [[nodiscard]] bool ready() {
    return begun_ == nullptr || detail::try_finish_put(*begun_) ||
           detail::find_lost(begun_->block, begun_->holder.load(std::memory_order_relaxed), polls_);
  }

  /// Waits until no rank can read an older value. Throws as `global_ptr<T>::put()`; the put is then over: it was not
  /// carried out or, where the home is gone, it does not matter. Does nothing a second time.
  void wait() {
    if (const auto begun = std::exchange(begun_, nullptr); begun != nullptr) {
      detail::finish_put(*begun);
    }
  }

  /// For the library; null: done.
  explicit pending_put(std::shared_ptr<detail::begun_put> begun) : begun_(std::move(begun)) {}

 private:
  void finish() noexcept {
    if (const auto begun = std::exchange(begun_, nullptr); begun != nullptr) {
      detail::finish_put_noexcept(*begun);
    }
  }

  std::shared_ptr<detail::begun_put> begun_;
  std::uint32_t polls_ = 0;
};

}  // namespace liana
