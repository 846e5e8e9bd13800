// Makes a step of every access to memory that simulated ranks share.
//
// The simulated code is compiled with -fsanitize=thread, and linked with this instead of ThreadSanitizer's run-time:
// the compiler calls a function before each plain access, and instead of each atomic one. So the runtime runs
// unchanged, and a thread can lose its turn between any two accesses; atomic stores can wait in a store buffer, as on
// x86, until a fence. Plain accesses take effect at once, which the language allows as well: nothing orders them behind
// an earlier atomic store.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "tests/sim/arena.hpp"
#include "tests/sim/scheduler.hpp"
#include "tests/sim/watch.hpp"

namespace {

using liana_tests::sim::arena;
using liana_tests::sim::scheduler;

scheduler* inside() {
  scheduler* const active = scheduler::active();
  return active != nullptr && active->inside() ? active : nullptr;
}

void plain(const void* at, std::size_t bytes) {
  if (!arena::holds(at)) {
    return;
  }
  if (scheduler* const turns = inside(); turns != nullptr) {
    turns->point();
    turns->settle(at, bytes);
  }
}

/// A line of the trace, where somebody wants it.
template <class T>
T traced(scheduler* turns, const char* what, const volatile T* at, T value) {
  if (turns != nullptr && turns->tracing() && arena::holds(const_cast<const T*>(at))) {
    turns->outside([&] { turns->trace_access(what, const_cast<const T*>(at), value); });
  }
  return value;
}

template <class T>
T atomic_load(const volatile T* at) {
  scheduler* const turns = inside();
  if (turns != nullptr) {
    turns->point();
    if (std::uint64_t value = 0;
        arena::holds(const_cast<const T*>(at)) && turns->forward(const_cast<const T*>(at), sizeof(T), value)) {
      return traced(turns, "loads from its store buffer", at, static_cast<T>(value));
    }
  }
  return traced(turns, "loads", at, __atomic_load_n(at, __ATOMIC_SEQ_CST));
}

template <class T>
void atomic_store(volatile T* at, T value, int order) {
  scheduler* const turns = inside();
  if (turns != nullptr) {
    turns->point();
    void* const to = const_cast<T*>(at);
    if (arena::holds(to)) {
      traced(turns, order == __ATOMIC_SEQ_CST ? "stores, with a fence, to" : "stores to", at, value);
      liana_tests::sim::watched_store(to, value, sizeof(T));
      if (order != __ATOMIC_SEQ_CST && turns->store(to, value, sizeof(T))) {
        return;
      }
    }
    turns->fence();
  }
  __atomic_store_n(at, value, __ATOMIC_SEQ_CST);
}

/// Around an atomic read-modify-write, which is a fence as well.
template <class T, class F>
auto read_modify_write(volatile T* at, F change) {
  scheduler* const turns = inside();
  if (turns != nullptr) {
    turns->point();
    turns->fence();
  }
  const auto result = change();
  traced(turns, "changes", at, __atomic_load_n(at, __ATOMIC_SEQ_CST));
  return result;
}

}  // namespace

// The names and types are the compiler's. NOLINTBEGIN
extern "C" {

void __tsan_init() {}
void __tsan_func_entry(void* /*call*/) {}
void __tsan_func_exit() {}
void __tsan_vptr_update(void** /*at*/, void* /*value*/) {}
void __tsan_vptr_read(void** /*at*/) {}
void __tsan_read_range(void* at, std::size_t bytes) { plain(at, bytes); }
void __tsan_write_range(void* at, std::size_t bytes) { plain(at, bytes); }

#define LIANA_PLAIN(bytes)                                \
  void __tsan_read##bytes(void* at) { plain(at, bytes); } \
  void __tsan_write##bytes(void* at) { plain(at, bytes); }
LIANA_PLAIN(1)
LIANA_PLAIN(2)
LIANA_PLAIN(4)
LIANA_PLAIN(8)
LIANA_PLAIN(16)
#define LIANA_UNALIGNED(bytes)                                      \
  void __tsan_unaligned_read##bytes(void* at) { plain(at, bytes); } \
  void __tsan_unaligned_write##bytes(void* at) { plain(at, bytes); }
LIANA_UNALIGNED(2)
LIANA_UNALIGNED(4)
LIANA_UNALIGNED(8)
LIANA_UNALIGNED(16)

#define LIANA_ATOMIC(bits)                                                                                             \
  std::uint##bits##_t __tsan_atomic##bits##_load(const volatile std::uint##bits##_t* at, int) {                        \
    return atomic_load(at);                                                                                            \
  }                                                                                                                    \
  void __tsan_atomic##bits##_store(volatile std::uint##bits##_t* at, std::uint##bits##_t value, int order) {           \
    atomic_store(at, value, order);                                                                                    \
  }                                                                                                                    \
  std::uint##bits##_t __tsan_atomic##bits##_exchange(volatile std::uint##bits##_t* at, std::uint##bits##_t value,      \
                                                     int) {                                                            \
    return read_modify_write(at, [&] { return __atomic_exchange_n(at, value, __ATOMIC_SEQ_CST); });                    \
  }                                                                                                                    \
  std::uint##bits##_t __tsan_atomic##bits##_fetch_add(volatile std::uint##bits##_t* at, std::uint##bits##_t by, int) { \
    return read_modify_write(at, [&] { return __atomic_fetch_add(at, by, __ATOMIC_SEQ_CST); });                        \
  }                                                                                                                    \
  std::uint##bits##_t __tsan_atomic##bits##_fetch_sub(volatile std::uint##bits##_t* at, std::uint##bits##_t by, int) { \
    return read_modify_write(at, [&] { return __atomic_fetch_sub(at, by, __ATOMIC_SEQ_CST); });                        \
  }                                                                                                                    \
  std::uint##bits##_t __tsan_atomic##bits##_fetch_and(volatile std::uint##bits##_t* at, std::uint##bits##_t by, int) { \
    return read_modify_write(at, [&] { return __atomic_fetch_and(at, by, __ATOMIC_SEQ_CST); });                        \
  }                                                                                                                    \
  std::uint##bits##_t __tsan_atomic##bits##_fetch_or(volatile std::uint##bits##_t* at, std::uint##bits##_t by, int) {  \
    return read_modify_write(at, [&] { return __atomic_fetch_or(at, by, __ATOMIC_SEQ_CST); });                         \
  }                                                                                                                    \
  int __tsan_atomic##bits##_compare_exchange_strong(volatile std::uint##bits##_t* at, std::uint##bits##_t* expected,   \
                                                    std::uint##bits##_t desired, int, int) {                           \
    return read_modify_write(at, [&] {                                                                                 \
      return __atomic_compare_exchange_n(at, expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);            \
    });                                                                                                                \
  }                                                                                                                    \
  int __tsan_atomic##bits##_compare_exchange_weak(volatile std::uint##bits##_t* at, std::uint##bits##_t* expected,     \
                                                  std::uint##bits##_t desired, int, int) {                             \
    return read_modify_write(at, [&] {                                                                                 \
      return __atomic_compare_exchange_n(at, expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);            \
    });                                                                                                                \
  }
LIANA_ATOMIC(8)
LIANA_ATOMIC(16)
LIANA_ATOMIC(32)
LIANA_ATOMIC(64)

void __tsan_atomic_thread_fence(int order) {
  if (scheduler* const turns = inside(); turns != nullptr && order == __ATOMIC_SEQ_CST) {
    turns->point();
    turns->fence();
  }
}
void __tsan_atomic_signal_fence(int /*order*/) {}

}  // extern "C"
// NOLINTEND
