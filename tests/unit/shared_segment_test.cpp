// Segments of shared memory, as the operating system gives them.

#include "transport/shared_segment.hpp"

#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <string>

#include <gtest/gtest.h>

#include "transport/transport.hpp"

namespace {

using liana::transport::shared_segment;
using clock_type = std::chrono::steady_clock;

constexpr std::size_t bytes = std::size_t{64} << 20;

/// Signals at equal intervals while it lives, as a profiler has them.
class timer_signals {
 public:
  explicit timer_signals(std::chrono::microseconds every) {
    struct sigaction ignore = {};
    ignore.sa_handler = [](int /*signal*/) {};
    ignore.sa_flags = SA_RESTART;
    ::sigaction(SIGALRM, &ignore, &before_);
    set(every);
  }
  timer_signals(const timer_signals&) = delete;
  timer_signals& operator=(const timer_signals&) = delete;
  timer_signals(timer_signals&&) = delete;
  timer_signals& operator=(timer_signals&&) = delete;
  ~timer_signals() {
    set(std::chrono::microseconds(0));
    ::sigaction(SIGALRM, &before_, nullptr);
  }

 private:
  static void set(std::chrono::microseconds every) {
    const timeval time{.tv_sec = 0, .tv_usec = static_cast<suseconds_t>(every.count())};
    const itimerval timer{.it_interval = time, .it_value = time};
    ::setitimer(ITIMER_REAL, &timer, nullptr);
  }

  struct sigaction before_ = {};
};

/// How long it takes to take the memory of a segment.
std::chrono::microseconds time_to_commit(const char* name) {
  auto segment = shared_segment::create("/liana-test-" + std::to_string(::getpid()) + name, bytes);
  segment.unlink();
  const auto begin = clock_type::now();
  segment.commit(0, bytes);
  const auto end = clock_type::now();
  segment.data()[bytes - 1] = std::byte{1};
  return std::chrono::duration_cast<std::chrono::microseconds>(end - begin);
}

// Not after it has taken all that there is, which would end other programs.
TEST(shared_segment, refuses_at_once_what_can_never_be_had) {
  const std::size_t free_before = liana::transport::shared_memory_free();
  const std::size_t too_many = free_before + bytes;
  auto segment = shared_segment::create("/liana-test-" + std::to_string(::getpid()) + "-too-large", too_many);
  segment.unlink();
  EXPECT_THROW(segment.commit(0, too_many), liana::transport::unavailable);
  EXPECT_GT(liana::transport::shared_memory_free() + bytes, free_before / 2);
}

// There are several signals in the time that one call for all of the memory takes: on a kernel that gives the memory
// back at each of them it never ended.
TEST(shared_segment, takes_its_memory_while_signals_arrive) {
  const std::chrono::microseconds alone = time_to_commit("-alone");
  const timer_signals signals(std::chrono::microseconds(100) + alone / 8);
  time_to_commit("-with-signals");
}

}  // namespace
