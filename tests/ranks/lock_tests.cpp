// Mutexes, shared mutexes and conditions, by several threads of every rank.

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <regex>
#include <shared_mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/ranks/captured_output.hpp"
#include "tests/ranks/support.hpp"
#include "tests/ranks/threads.hpp"

namespace {

using namespace liana_tests;
using namespace std::chrono_literals;

static_assert(sizeof(liana::global_mutex) == 8 && std::is_trivially_copyable_v<liana::global_mutex>);

std::uint64_t participants() { return static_cast<std::uint64_t>(liana::size()) * threads_per_rank; }

// The increments are no atomic ones, and the two values are not of one block.
TEST(mutex, keeps_all_others_out) {
  const std::size_t rounds = repetitions(100);
  const auto mutex = liana::broadcast(liana::make_mutex(), liana::size() - 1);
  const auto first = liana::broadcast(liana::make_global<std::uint64_t>(0), 0);
  const auto second = liana::broadcast(liana::make_global<std::uint64_t>(0), liana::size() - 1);
  in_threads([&](int) {
    for (std::size_t i = 0; i < rounds; ++i) {
      const std::scoped_lock hold(mutex);
      const std::uint64_t value = first.get();
      EXPECT_EQ(second.get(), value);
      first.put(value + 1);
      second.put(value + 1);
    }
  });
  liana::barrier();
  EXPECT_EQ(first.get(), rounds * participants());
  liana::barrier();
}

TEST(mutex, is_had_by_one_of_those_who_try) {
  const std::size_t rounds = repetitions(100);
  const auto mutex = liana::broadcast(liana::make_mutex(), 0);
  const auto value = liana::broadcast(liana::make_global<std::uint64_t>(0), liana::size() - 1);
  const auto successes = liana::broadcast(liana::make_atomic<std::uint64_t>(), 0);
  in_threads([&](int) {
    for (std::size_t i = 0; i < rounds; ++i) {
      if (!mutex.try_lock()) continue;
      const std::lock_guard hold(mutex, std::adopt_lock);
      value.put(value.get() + 1);
      successes.fetch_add(1);
    }
  });
  liana::barrier();
  EXPECT_GE(successes.load(), 1U);
  EXPECT_EQ(value.get(), successes.load());
  liana::barrier();
}

// Rank 0 has the lock and lets the others queue one by one; it sees the tail of the queue move.
TEST(mutex, is_handed_on_in_the_order_of_arrival) {
  const auto mutex = liana::broadcast(liana::make_mutex(), 0);
  const auto turn = liana::broadcast(liana::make_atomic<std::uint64_t>(), 0);
  const auto place = liana::broadcast(liana::make_atomic<std::uint64_t>(), 0);
  // Another order than that of the ranks.
  const auto nth = [](std::uint64_t n) {
    return 1 + (n * 5 + 2) % static_cast<std::uint64_t>(std::max(1, liana::size() - 1));
  };
  const std::uint64_t others = static_cast<std::uint64_t>(liana::size()) - 1;
  const bool a_permutation = others == 0 || others % 5 != 0;
  ASSERT_TRUE(a_permutation);
  if (liana::rank() == 0) {
    const std::scoped_lock hold(mutex);
    const liana::global_atomic<std::uint64_t> tail(mutex.address());
    for (std::uint64_t n = 0; n < others; ++n) {
      const std::uint64_t before = tail.load();
      turn.store(nth(n));
      while (tail.load() == before) std::this_thread::yield();
    }
  } else {
    while (turn.load() != static_cast<std::uint64_t>(liana::rank())) std::this_thread::yield();
    const std::scoped_lock hold(mutex);
    EXPECT_EQ(nth(place.fetch_add(1)), static_cast<std::uint64_t>(liana::rank()));
  }
  liana::barrier();
}

TEST(mutex, works_with_the_locks_of_the_standard_library) {
  const auto mine = liana::make_mutex();
  const auto other = liana::make_mutex();
  {
    const std::scoped_lock both(mine, other);
    std::thread([&] { EXPECT_FALSE(mine.try_lock()); }).join();
  }
  std::unique_lock lock(mine, std::try_to_lock);
  EXPECT_TRUE(lock.owns_lock());
  lock.unlock();
  liana::destroy(mine);
  liana::destroy(other);
}

TEST(mutex, refuses_what_would_wait_for_itself) {
  const auto mutex = liana::make_mutex();
  const std::scoped_lock hold(mutex);
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { mutex.lock(); }, {"lock", "this thread has the lock already"}));
  EXPECT_THROW(static_cast<void>(mutex.try_lock()), liana::usage_error);
  const liana::global_mutex none;
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { none.lock(); }, {"lock", "null"}));
}

TEST(shared_mutex, lets_readers_in_together_and_writers_alone) {
  const std::size_t rounds = repetitions(60);
  const auto mutex = liana::broadcast(liana::make_shared_mutex(), 0);
  const auto first = liana::broadcast(liana::make_global<std::uint64_t>(0), 0);
  const auto second = liana::broadcast(liana::make_global<std::uint64_t>(0), liana::size() - 1);
  in_threads([&](int thread) {
    for (std::size_t i = 0; i < rounds; ++i) {
      if ((i + participant(thread)) % 4 == 0) {
        const std::scoped_lock hold(mutex);
        first.put(first.get() + 1);
        second.put(second.get() + 1);
      } else {
        const std::shared_lock hold(mutex);
        EXPECT_EQ(first.get(), second.get());
      }
    }
  });
  liana::barrier();
  EXPECT_EQ(first.get(), rounds * participants() / 4);
  liana::barrier();
  // All at once: nobody leaves before everybody is in.
  const auto inside = liana::broadcast(liana::make_atomic<std::uint64_t>(), 0);
  in_threads([&](int) {
    const std::shared_lock hold(mutex);
    inside.fetch_add(1);
    while (inside.load() != participants()) std::this_thread::yield();
  });
  liana::barrier();
}

// Readers come and go so that there is always one inside; the writer gets in nevertheless.
// What unlocks a lock in the wrong way has no effect but a line in the log.
TEST(shared_mutex, is_ended_as_it_was_begun) {
  const auto mutex = liana::make_shared_mutex();
  const captured_output output;
  mutex.lock_shared();
  mutex.unlock();
  EXPECT_THROW(mutex.lock(), liana::usage_error);
  mutex.unlock_shared();
  mutex.lock();
  mutex.unlock_shared();
  EXPECT_THROW(mutex.lock(), liana::usage_error);
  mutex.unlock();
  EXPECT_TRUE(mutex.try_lock());
  mutex.unlock();
  EXPECT_TRUE(std::regex_search(output.text(), std::regex("unlock of .*this thread has the lock by lock_shared")));
  EXPECT_TRUE(std::regex_search(output.text(), std::regex("unlock_shared of .*this thread has the lock by lock,")));
  liana::barrier();
}

TEST(shared_mutex, does_not_let_readers_starve_a_writer) {
  if (liana::size() == 1) GTEST_SKIP() << "needs two ranks";
  const auto mutex = liana::broadcast(liana::make_shared_mutex(), 0);
  const auto written = liana::broadcast(liana::make_atomic<std::uint64_t>(), 0);
  const auto readers = liana::broadcast(liana::make_atomic<std::uint64_t>(), 0);
  if (liana::rank() == 0) {
    while (readers.load() < 4) std::this_thread::yield();
    const std::scoped_lock hold(mutex);
    written.store(1);
  } else if (liana::rank() == liana::size() - 1) {
    in_threads([&](int) {
      while (written.load() == 0) {
        const std::shared_lock hold(mutex);
        const std::uint64_t me = readers.fetch_add(1);
        // Until another one has come in after this, or the writer waits.
        for (int i = 0; i < 100 && readers.load() == me + 1; ++i) std::this_thread::yield();
      }
    });
  }
  liana::barrier();
  EXPECT_EQ(written.load(), 1U);
  liana::barrier();
}

TEST(shared_mutex, is_had_by_those_who_may_when_they_try) {
  const auto mutex = liana::make_shared_mutex();
  const auto in_another = [&](auto what) {
    bool done = false;
    std::thread([&] { done = what(); }).join();
    return done;
  };
  const auto try_read = [&] { return mutex.try_lock_shared() && (mutex.unlock_shared(), true); };
  const auto try_write = [&] { return mutex.try_lock() && (mutex.unlock(), true); };
  EXPECT_TRUE(in_another(try_write));
  {
    const std::shared_lock hold(mutex);
    EXPECT_TRUE(in_another(try_read));
    EXPECT_FALSE(in_another(try_write));
    EXPECT_THROW(mutex.lock(), liana::usage_error);
  }
  {
    const std::scoped_lock hold(mutex);
    EXPECT_FALSE(in_another(try_read));
    EXPECT_FALSE(in_another(try_write));
    EXPECT_THROW(mutex.lock_shared(), liana::usage_error);
  }
  EXPECT_TRUE(in_another(try_write));
  liana::destroy(mutex);
}

// Each participant in turn; whoever waits is woken by the one before.
TEST(condition, wakes_everybody_who_may_go_on) {
  const std::size_t rounds = repetitions(10);
  const auto mutex = liana::broadcast(liana::make_mutex(), 0);
  const auto changed = liana::broadcast(liana::make_condition(), liana::size() - 1);
  const auto turn = liana::broadcast(liana::make_global<std::uint64_t>(0), 0);
  in_threads([&](int thread) {
    for (std::size_t i = 0; i < rounds; ++i) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return turn.get() % participants() == participant(thread); });
      turn.put(turn.get() + 1);
      changed.notify_all();
    }
  });
  liana::barrier();
  EXPECT_EQ(turn.get(), rounds * participants());
  liana::barrier();
}

// A buffer of three numbers: every other participant fills it, the others take out.
TEST(condition, wakes_one_for_each_that_is_notified) {
  struct buffer {
    std::uint64_t filled;
    std::uint64_t put;
    std::uint64_t taken;
    std::uint64_t sum;
  };
  const std::size_t rounds = repetitions(60);
  const auto mutex = liana::broadcast(liana::make_mutex(), 0);
  const auto room = liana::broadcast(liana::make_condition(), 0);
  const auto goods = liana::broadcast(liana::make_condition(), liana::size() - 1);
  const auto shared = liana::broadcast(liana::make_global<buffer>(), 0);
  in_threads([&](int thread) {
    for (std::size_t i = 0; i < rounds; ++i) {
      std::unique_lock lock(mutex);
      if (thread % 2 == 0) {
        room.wait(lock, [&] { return shared.get().filled < 3; });
        shared.update([](buffer& b) { ++b.filled, b.sum += ++b.put; });
        goods.notify_one();
      } else {
        goods.wait(lock, [&] { return shared.get().filled > 0; });
        shared.update([](buffer& b) { --b.filled, b.sum -= ++b.taken; });
        room.notify_one();
      }
    }
  });
  liana::barrier();
  const buffer last = shared.get();
  EXPECT_EQ(last.put, rounds * participants() / 2);
  EXPECT_EQ(last.filled, 0U);
  EXPECT_EQ(last.sum, 0U);
  liana::barrier();
}

TEST(condition, is_notified_without_effect_when_nobody_waits) {
  const auto condition = liana::make_condition();
  condition.notify_one();
  condition.notify_all();
  const auto mutex = liana::make_mutex();
  std::thread waiting([&] {
    std::unique_lock lock(mutex);
    condition.wait(lock);
  });
  const liana::global_atomic<std::uint64_t> tickets(condition.address());
  while (tickets.load() == 0) std::this_thread::yield();
  condition.notify_one();
  waiting.join();
}

}  // namespace
