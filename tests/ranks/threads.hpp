// Several threads of a rank at once.
#pragma once

#include <cstdint>
#include <exception>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <liana/liana.hpp>

namespace liana_tests {

inline constexpr int threads_per_rank = 4;

/// Runs `body(thread)` on that many threads at once; an exception in one fails the test.
template <class Body>
void in_threads(Body body) {
  std::vector<std::thread> threads;
  threads.reserve(threads_per_rank);
  for (int thread = 0; thread < threads_per_rank; ++thread) {
    threads.emplace_back([&body, thread] {
      try {
        body(thread);
      } catch (const std::exception& error) {
        ADD_FAILURE() << "thread " << thread << ": " << error.what();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

/// A number for each thread of each rank, from 0.
inline std::uint64_t participant(int thread) {
  return static_cast<std::uint64_t>(liana::rank()) * threads_per_rank + static_cast<std::uint64_t>(thread);
}

}  // namespace liana_tests
