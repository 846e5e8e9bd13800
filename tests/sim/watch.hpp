// Tells of the versions that writes make: stores of the runtime to the version words of directory entries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace liana_tests::sim {

/// Called with each atomic store of a simulated CPU to the arena, when it is made. Empty: nobody is told.
extern std::function<void(const void* to, std::uint64_t value, std::size_t bytes)> store_observer;

inline void watched_store(const void* to, std::uint64_t value, std::size_t bytes) {
  if (store_observer) {
    store_observer(to, value, bytes);
  }
}

}  // namespace liana_tests::sim
