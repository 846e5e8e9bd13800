#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include <liana/detail/access.hpp>

namespace liana {

/// A snapshot of a `T` in global memory that cannot change while the guard lives. From `global_ptr<T>::read()`.
///
/// Where the home is this rank, the guard reads in place and writers wait for it to go, so keep it short; elsewhere it
/// pins a replica, and nobody waits. Movable; may be moved to and closed by another thread.
///
/// A thread that would wait for its own guard gets a usage_error instead: where the guard reads in place, for a put or
/// a write guard of the block too. Where the guard pins a replica, a put of the same thread goes through, and the guard
/// keeps the older content. Once a guard has moved it may be another thread's, so such a wait is no error any more: it
/// is reported after `options::warn_after`, and ends after `options::timeout`.
template <class T>
class [[nodiscard]] read_guard {
 public:
  using element_type = const T;

  /// Holds nothing.
  read_guard() = default;
  read_guard(read_guard&& other) noexcept : hold_(detail::moved(std::exchange(other.hold_, {}))) {}
  read_guard& operator=(read_guard&& other) noexcept {
    if (this != &other) {
      release();
      hold_ = detail::moved(std::exchange(other.hold_, {}));
    }
    return *this;
  }
  read_guard(const read_guard&) = delete;
  read_guard& operator=(const read_guard&) = delete;
  ~read_guard() { release(); }

  [[nodiscard]] const T& operator*() const { return *get(); }
  [[nodiscard]] const T* operator->() const { return get(); }
  [[nodiscard]] const T* get() const { return reinterpret_cast<const T*>(hold_.data); }

  /// Whether it holds something: neither default-constructed, moved from nor released.
  [[nodiscard]] explicit operator bool() const { return hold_.data != nullptr; }

  /// Gives the block up; references obtained from the guard are no longer valid. Does nothing when it holds nothing.
  void release() noexcept {
    if (hold_.data != nullptr) {
      detail::close_read(hold_);
      hold_ = {};
    }
  }

  /// For the library.
  explicit read_guard(detail::read_hold hold) : hold_(hold) {}

 private:
  detail::read_hold hold_{};
};

/// Exclusive access to a `T` in global memory. From `global_ptr<T>::write()`.
///
/// No rank reads or writes the block while the guard lives; what was written is published by `release()` or the
/// destructor. Movable; may be moved to and closed by another thread, but is not itself safe to use from two threads at
/// once.
template <class T>
class [[nodiscard]] write_guard {
 public:
  using element_type = T;

  /// Holds nothing.
  write_guard() = default;
  write_guard(write_guard&& other) noexcept : hold_(detail::moved(std::exchange(other.hold_, {}))) {}
  write_guard& operator=(write_guard&& other) noexcept {
    if (this != &other) {
      close();
      hold_ = detail::moved(std::exchange(other.hold_, {}));
    }
    return *this;
  }
  write_guard(const write_guard&) = delete;
  write_guard& operator=(const write_guard&) = delete;
  ~write_guard() { close(); }

  [[nodiscard]] T& operator*() const { return *get(); }
  [[nodiscard]] T* operator->() const { return get(); }
  [[nodiscard]] T* get() const { return reinterpret_cast<T*>(hold_.data); }

  /// Whether it holds something: neither default-constructed, moved from nor released.
  [[nodiscard]] explicit operator bool() const { return hold_.data != nullptr; }

  /// Publishes and gives the block up. Throws peer_error when the home is gone. Does nothing when it holds nothing.
  void release() {
    if (hold_.data != nullptr) {
      detail::close_write(hold_);
      hold_ = {};
    }
  }

  /// For the library.
  explicit write_guard(detail::write_hold hold) : hold_(hold) {}
  void adopt(const detail::write_hold& hold) {
    close();
    hold_ = hold;
  }

 private:
  void close() noexcept {
    if (hold_.data != nullptr) {
      detail::close_write_noexcept(hold_);
      hold_ = {};
    }
  }

  detail::write_hold hold_{};
};

}  // namespace liana
