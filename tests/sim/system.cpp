// What the operating system and the C library give to a simulated thread: mutexes, waiting and time that belong to the
// schedule, and copies that can be interrupted. The definitions here come before the C library's in the program;
// outside of a simulated thread they do what that does.

#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "tests/sim/arena.hpp"
#include "tests/sim/scheduler.hpp"
#include "tests/sim/watch.hpp"

namespace liana_tests::sim {

std::function<void(const void*, std::uint64_t, std::size_t)> store_observer;

namespace {

scheduler* inside() {
  scheduler* const active = scheduler::active();
  return active != nullptr && active->inside() ? active : nullptr;
}

/// Words whole, and the turn may be lost before each.
void copy_in_steps(scheduler& turns, std::byte* to, const std::byte* from, std::size_t bytes) {
  turns.settle(from, bytes);
  turns.settle(to, bytes);
  if (std::uint64_t first = 0; bytes >= sizeof first && arena::holds(to)) {
    ::memmove(&first, from, sizeof first);
    watched_store(to, first, bytes);
  }
  std::size_t i = 0;
  for (; i + 8 <= bytes; i += 8) {
    turns.point();
    std::uint64_t word = 0;
    ::memmove(&word, from + i, sizeof word);
    ::memmove(to + i, &word, sizeof word);
  }
  if (i < bytes) {
    turns.point();
    asm("" : "+r"(to), "+r"(from));  // or the compiler knows that they do not overlap, and calls memcpy
    ::memmove(to + i, from + i, bytes - i);
  }
}

}  // namespace
}  // namespace liana_tests::sim

using liana_tests::sim::arena;
using liana_tests::sim::copy_in_steps;
using liana_tests::sim::inside;
using liana_tests::sim::scheduler;

// The C library's headers name no parameters that one would want.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {

void* memcpy(void* __restrict to, const void* __restrict from, std::size_t bytes) {
  scheduler* const turns = inside();
  if (turns != nullptr && (arena::holds(to) || arena::holds(from))) {
    copy_in_steps(*turns, static_cast<std::byte*>(to), static_cast<const std::byte*>(from), bytes);
    return to;
  }
  asm("" : "+r"(to), "+r"(from));  // or the compiler knows that they do not overlap, and calls memcpy
  return ::memmove(to, from, bytes);
}

int sched_yield() noexcept {
  if (scheduler* const turns = inside(); turns != nullptr) {
    turns->wait();
    return 0;
  }
  return static_cast<int>(::syscall(SYS_sched_yield));
}

int nanosleep(const timespec* duration, timespec* left) {
  if (scheduler* const turns = inside(); turns != nullptr) {
    turns->sleep(std::chrono::seconds(duration->tv_sec) + std::chrono::nanoseconds(duration->tv_nsec));
    return 0;
  }
  return static_cast<int>(::syscall(SYS_nanosleep, duration, left));
}

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  if (scheduler* const turns = inside(); turns != nullptr) {
    now->tv_sec = turns->now().count() / 1'000'000'000;
    now->tv_nsec = turns->now().count() % 1'000'000'000;
    return 0;
  }
  return static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
}

// The process has one thread, so a mutex is a flag; a simulated thread waits for it by giving up its turn.
int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  scheduler* const turns = inside();
  if (turns != nullptr) {
    turns->point();
    turns->fence();
  }
  while (mutex->__data.__lock != 0) {
    if (turns == nullptr) {
      std::fputs("simulation: a mutex is locked that nobody will unlock\n", stderr);
      std::abort();
    }
    turns->wait();
  }
  mutex->__data.__lock = 1;
  return 0;
}

int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
  if (mutex->__data.__lock != 0) {
    return EBUSY;
  }
  mutex->__data.__lock = 1;
  return 0;
}

int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
  if (scheduler* const turns = inside(); turns != nullptr) {
    turns->point();
    turns->fence();
  }
  mutex->__data.__lock = 0;
  return 0;
}

}  // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
