#pragma once

#include <mutex>

/// Names the attributes of clang's thread-safety analysis, which cmake/tidy.sh runs: it finds members that are used
/// without the mutex that guards them. Other compilers see no attributes.
#if defined(__clang__)
#define LIANA_THREAD_ATTRIBUTE(name) __attribute__((name))
#else
#define LIANA_THREAD_ATTRIBUTE(name)
#endif

/// A member that is read and written only while `mutex` is held.
#define LIANA_GUARDED_BY(mutex) LIANA_THREAD_ATTRIBUTE(guarded_by(mutex))

/// A function that is called only while the mutex is held.
#define LIANA_REQUIRES(mutex) LIANA_THREAD_ATTRIBUTE(requires_capability(mutex))

namespace liana::detail {

/// std::mutex, of which the analysis knows.
class LIANA_THREAD_ATTRIBUTE(capability("mutex")) annotated_mutex {
 public:
  void lock() LIANA_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  bool try_lock() LIANA_THREAD_ATTRIBUTE(try_acquire_capability(true)) { return mutex_.try_lock(); }
  void unlock() LIANA_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

/// std::scoped_lock of one, of which the analysis knows.
class LIANA_THREAD_ATTRIBUTE(scoped_lockable) annotated_lock {
 public:
  explicit annotated_lock(annotated_mutex& mutex) LIANA_THREAD_ATTRIBUTE(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  /// Takes over what this thread has locked, by `try_lock` for example.
  annotated_lock(annotated_mutex& mutex, std::adopt_lock_t /*locked*/) LIANA_REQUIRES(mutex) : mutex_(mutex) {}
  annotated_lock(const annotated_lock&) = delete;
  annotated_lock& operator=(const annotated_lock&) = delete;
  annotated_lock(annotated_lock&&) = delete;
  annotated_lock& operator=(annotated_lock&&) = delete;
  ~annotated_lock() LIANA_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  annotated_mutex& mutex_;
};

}  // namespace liana::detail
