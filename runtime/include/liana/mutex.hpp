#pragma once

#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include <liana/allocation.hpp>
#include <liana/detail/address.hpp>
#include <liana/detail/rank.hpp>

namespace liana {

namespace detail {

address make_lock(const char* operation);

void lock_mutex(address at);
[[nodiscard]] bool try_lock_mutex(address at);
void unlock_mutex(address at) noexcept;

void lock_shared_mutex(address at);
[[nodiscard]] bool try_lock_shared_mutex(address at);
void unlock_shared_mutex(address at) noexcept;
void share_shared_mutex(address at);
[[nodiscard]] bool try_share_shared_mutex(address at);
void unshare_shared_mutex(address at) noexcept;

/// Returns what `wait_for_ticket` wants.
std::uint64_t take_ticket(address at);
void wait_for_ticket(address at, std::uint64_t ticket);
void admit_one(address at);
void admit_all(address at);

}  // namespace detail

/// A mutex that all ranks share, first come, first served. From `make_mutex`; a handle of 8 bytes, trivially copyable,
/// that is handed on as a global_ptr is. It is a Lockable: `std::scoped_lock hold(mutex);`
///
/// A waiting rank looks at a word in its own memory, and is handed the lock by one write there (J. M. Mellor-Crummey
/// and M. L. Scott, "Algorithms for scalable synchronization on shared-memory multiprocessors", 1991). Without a
/// contender a lock is one atomic and an unlock another. What one holder has written, by whatever means but `local()`,
/// the next one sees.
///
/// Throws usage_error for a null handle, and for a lock that this thread already holds, which would wait for itself;
/// peer_error when a rank is gone that holds the lock or waits for it in front of this one; timeout_error after
/// `options::timeout`. The place in the queue of a rank that gave up stays: no rank behind it gets the lock any more,
/// and each is told why. unlock reports and never throws, since destructors call it.
///
/// Any thread; each thread of a rank waits for itself. The thread that locked unlocks.
class global_mutex {
 public:
  /// Null.
  constexpr global_mutex() = default;

  [[nodiscard]] explicit operator bool() const { return !at_.is_null(); }
  [[nodiscard]] rank_t home() const { return at_.home(); }

  void lock() const { detail::lock_mutex(at_); }
  /// Whether nobody had it and now this thread has.
  [[nodiscard]] bool try_lock() const { return detail::try_lock_mutex(at_); }
  void unlock() const noexcept { detail::unlock_mutex(at_); }

  friend bool operator==(const global_mutex&, const global_mutex&) = default;

  /// For the library.
  constexpr explicit global_mutex(detail::address at) : at_(at) {}
  [[nodiscard]] constexpr detail::address address() const { return at_; }

 private:
  detail::address at_{};
};

/// A mutex that many readers or one writer hold. From `make_shared_mutex`; a SharedLockable for `std::shared_lock` and
/// a Lockable for `std::scoped_lock`.
///
/// Readers come in together, by one atomic each, until a writer asks; from then on readers and writers queue in the
/// order in which they come, so neither starves. A reader that finds a queue, and every writer, takes a place in it as
/// in a `global_mutex`; the writer in front waits for the readers inside.
///
/// Errors and threads as for `global_mutex`; a writer that waits for readers gets a peer_error when any rank is gone,
/// because readers are counted, not known.
class global_shared_mutex {
 public:
  /// Null.
  constexpr global_shared_mutex() = default;

  [[nodiscard]] explicit operator bool() const { return !at_.is_null(); }
  [[nodiscard]] rank_t home() const { return at_.home(); }

  void lock() const { detail::lock_shared_mutex(at_); }
  [[nodiscard]] bool try_lock() const { return detail::try_lock_shared_mutex(at_); }
  void unlock() const noexcept { detail::unlock_shared_mutex(at_); }

  void lock_shared() const { detail::share_shared_mutex(at_); }
  [[nodiscard]] bool try_lock_shared() const { return detail::try_share_shared_mutex(at_); }
  void unlock_shared() const noexcept { detail::unshare_shared_mutex(at_); }

  friend bool operator==(const global_shared_mutex&, const global_shared_mutex&) = default;

  /// For the library.
  constexpr explicit global_shared_mutex(detail::address at) : at_(at) {}
  [[nodiscard]] constexpr detail::address address() const { return at_; }

 private:
  detail::address at_{};
};

/// What threads of any ranks wait for, with a `global_mutex` that guards what they wait for. From `make_condition`.
///
/// Waits end in the order in which they began, one for each notify_one; there are no spurious ends. A wait looks at two
/// words at the condition's home, so it belongs there where it is waited for most.
///
/// Throws as `global_mutex`; a wait gets a peer_error when any rank is gone, because nobody knows who was to notify. A
/// wait that has failed still takes the notification that was its turn. Any thread.
class global_condition {
 public:
  /// Null.
  constexpr global_condition() = default;

  [[nodiscard]] explicit operator bool() const { return !at_.is_null(); }
  [[nodiscard]] rank_t home() const { return at_.home(); }

  /// Unlocks, waits for a notification, locks again; also when it throws, unless that fails too. `lock` is a
  /// `std::unique_lock` of the mutex, or the mutex itself.
  template <class Lock>
  void wait(Lock& lock) const {
    const auto ticket = detail::take_ticket(at_);
    lock.unlock();
    try {
      detail::wait_for_ticket(at_, ticket);
    } catch (...) {
      lock.lock();
      throw;
    }
    lock.lock();
  }

  /// Until `met()`, which is called with the lock held.
  template <class Lock, class Predicate>
  void wait(Lock& lock, Predicate met) const {
    while (!met()) {
      wait(lock);
    }
  }

  /// Ends the wait that began first of those under way, if there is one. With the mutex held nobody can miss it.
  void notify_one() const { detail::admit_one(at_); }
  /// Ends all that are under way.
  void notify_all() const { detail::admit_all(at_); }

  friend bool operator==(const global_condition&, const global_condition&) = default;

  /// For the library.
  constexpr explicit global_condition(detail::address at) : at_(at) {}
  [[nodiscard]] constexpr detail::address address() const { return at_; }

 private:
  detail::address at_{};
};

/// Each makes one in this rank's memory. Not collective; hand it to other ranks as data or by `broadcast`. Throws
/// resource_error when the segment is full. Any thread.
[[nodiscard]] inline global_mutex make_mutex() { return global_mutex(detail::make_lock("make_mutex")); }
[[nodiscard]] inline global_shared_mutex make_shared_mutex() {
  return global_shared_mutex(detail::make_lock("make_shared_mutex"));
}
[[nodiscard]] inline global_condition make_condition() { return global_condition(detail::make_lock("make_condition")); }

/// Each frees what nobody uses any more, from any rank; see `destroy` of a global_ptr. Any thread.
inline void destroy(global_mutex which) { detail::destroy_object(which.address()); }
inline void destroy(global_shared_mutex which) { detail::destroy_object(which.address()); }
inline void destroy(global_condition which) { detail::destroy_object(which.address()); }

}  // namespace liana
