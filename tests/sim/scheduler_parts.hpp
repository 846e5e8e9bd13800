// What a scheduler keeps of each thread, for scheduler.cpp and store_buffers.cpp.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <utility>

#include "tests/sim/scheduler.hpp"

namespace liana_tests::sim {

struct scheduler::buffered {
  std::byte* to = nullptr;
  std::uint64_t value = 0;
  std::size_t bytes = 0;
};

struct scheduler::thread_of_rank {
  thread_of_rank(int its_rank, unsigned its_thread, std::function<void()> body)
      : rank(its_rank), thread(its_thread), stack(std::move(body)) {}

  int rank;
  unsigned thread;
  fiber stack;
  std::deque<buffered> stores;
  std::chrono::nanoseconds asleep_until{0};
  bool killed = false;
  // What the library keeps per process or per thread.
  liana::detail::context* context = &liana::detail::no_context;
  liana::detail::thread_state* state = nullptr;
};

}  // namespace liana_tests::sim
