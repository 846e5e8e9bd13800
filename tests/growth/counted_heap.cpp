#include "tests/growth/counted_heap.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

// The number of bytes stands before what is handed out, as far before it as the alignment wants.
namespace {

std::atomic<std::int64_t> live{0};

void* take(std::size_t bytes, std::size_t alignment) {
  // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): this is what `new` is made of
  auto* const memory =
      static_cast<std::byte*>(std::aligned_alloc(alignment, (bytes + 2 * alignment - 1) / alignment * alignment));
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  *reinterpret_cast<std::size_t*>(memory) = bytes;
  live.fetch_add(static_cast<std::int64_t>(bytes), std::memory_order_relaxed);
  return memory + alignment;
}

void give(void* at, std::size_t alignment) noexcept {
  if (at == nullptr) {
    return;
  }
  std::byte* const memory = static_cast<std::byte*>(at) - alignment;
  live.fetch_sub(static_cast<std::int64_t>(*reinterpret_cast<std::size_t*>(memory)), std::memory_order_relaxed);
  std::free(memory);  // NOLINT(cppcoreguidelines-no-malloc): as above
}

constexpr std::size_t usual = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

}  // namespace

namespace liana_tests::growth {

std::int64_t live_bytes() { return live.load(std::memory_order_relaxed); }

}  // namespace liana_tests::growth

void* operator new(std::size_t bytes) { return take(bytes, usual); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return take(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* at) noexcept { give(at, usual); }
void operator delete(void* at, std::size_t /*bytes*/) noexcept { give(at, usual); }
void operator delete(void* at, std::align_val_t alignment) noexcept { give(at, static_cast<std::size_t>(alignment)); }
void operator delete(void* at, std::size_t /*bytes*/, std::align_val_t alignment) noexcept {
  give(at, static_cast<std::size_t>(alignment));
}
