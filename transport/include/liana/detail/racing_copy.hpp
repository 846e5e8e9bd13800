#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

/// Copies of memory that another process or a NIC may be changing at the same time. What was copied counts only after a
/// check (a sequence number, a stamp) has shown that nobody wrote; a torn copy is thrown away. The language has no name
/// for that short of copying word by word through atomics, several times slower than memcpy for a block; so this is
/// memcpy, kept apart from the checks by the fences of the caller, and ThreadSanitizer, which would rightly report the
/// race that the check makes harmless, does not look.
namespace liana::detail {

#if defined(__SANITIZE_THREAD__)
#define LIANA_RACES_BY_DESIGN __attribute__((no_sanitize("thread"), noinline))
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LIANA_RACES_BY_DESIGN __attribute__((no_sanitize("thread"), noinline))
#endif
#endif

#if defined(LIANA_RACES_BY_DESIGN)
/// memcpy itself is intercepted by ThreadSanitizer, hence the loop.
LIANA_RACES_BY_DESIGN inline void racing_copy(void* to, const void* from, std::size_t bytes) {
  auto* out = static_cast<volatile unsigned char*>(to);
  const auto* in = static_cast<const volatile unsigned char*>(from);
  for (std::size_t i = 0; i < bytes; ++i) {
    out[i] = in[i];
  }
}
#else
#define LIANA_RACES_BY_DESIGN
inline void racing_copy(void* to, const void* from, std::size_t bytes) {
  std::memcpy(to, from, bytes);
  std::atomic_signal_fence(std::memory_order_seq_cst);
}
#endif

/// Copies a 64-byte line in ascending order of its words, each read once, none before the one below it.
inline void copy_line_ascending(std::uint64_t* to, const std::uint64_t* from) {
  for (std::size_t i = 0; i < 8; ++i) {
    to[i] = __atomic_load_n(from + i, __ATOMIC_ACQUIRE);
  }
}

}  // namespace liana::detail
