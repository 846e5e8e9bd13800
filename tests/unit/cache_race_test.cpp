#include <sched.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/backed_cache.hpp"

namespace liana::detail {
namespace {

using test::backed_cache;

/// Threads that do one thing over and over until the end of the scope.
class repeating {
 public:
  repeating(unsigned threads, const std::function<void()>& what) {
    running_.reserve(threads);
    for (unsigned i = 0; i < threads; ++i) {
      running_.emplace_back([this, what] {
        while (!stop_.load(std::memory_order_relaxed)) {
          what();
        }
      });
    }
  }
  repeating(const repeating&) = delete;
  repeating& operator=(const repeating&) = delete;
  ~repeating() {
    stop_ = true;
    for (std::thread& each : running_) {
      each.join();
    }
  }

 private:
  std::atomic<bool> stop_{false};
  std::vector<std::thread> running_;
};

/// On a busy machine threads rarely meet: rounds go on until they have, but not forever.
bool goes_on(std::uint64_t round, bool have_met) {
  constexpr std::uint64_t fewest = 20'000;
  constexpr std::uint64_t most = 5'000'000;
  if (round % 64 == 0) {
    std::this_thread::yield();
  }
  return round < fewest || (!have_met && round < most);
}

replica& claimed(backed_cache& memory, address block) {
  const auto taken = memory->claim(block);
  if (taken.result != cache::claim_result::claimed) {
    throw std::runtime_error("the only thread that claims finds the block claimed or no memory");
  }
  return *taken.copy;
}

void fill(const replica& copy, std::uint64_t word) {
  auto* const words = reinterpret_cast<std::uint64_t*>(copy.data.load());
  std::fill_n(words, address(copy.block.load()).block_bytes() / sizeof word, word);
}

TEST(cache_race, pins_of_two_threads_and_claims_of_a_third_agree) {
  backed_cache memory(std::size_t{64} << 10);
  const address block = backed_cache::block(12, 0);
  std::atomic<std::uint64_t> pins{0};
  std::uint64_t orphaned = 0;
  {
    const repeating readers(2, [&] {
      const replica_hit hit = find_valid_replica(memory.hot, block);
      if (hit.copy != nullptr && memory.pin(*hit.copy, hit.sequence)) {
        const std::uint64_t* const words = reinterpret_cast<std::uint64_t*>(hit.copy->data.load());
        EXPECT_EQ(words[0], words[511]);
        memory->unpin(*hit.copy);
        pins.fetch_add(1);
      }
    });
    for (std::uint64_t round = 0; goes_on(round, pins.load() >= 100 && orphaned != 0); ++round) {
      const auto taken = memory->claim(block);
      ASSERT_EQ(taken.result, cache::claim_result::claimed);
      orphaned += round == 0 || taken.kept ? 0U : 1U;
      fill(*taken.copy, round);
      memory->publish(*taken.copy, round % 2 == 0);
      if (round % 2 == 0) {
        memory->unpin(*taken.copy);
      }
    }
  }
  EXPECT_GE(pins.load(), 100U);
  EXPECT_GT(orphaned, 0U);
  EXPECT_EQ(memory->measure().pinned, 0U);
  EXPECT_EQ(memory->measure().replicas, 1U);
  EXPECT_EQ(memory->measure().bytes, page_bytes + sizeof(replica));
}

TEST(cache_race, hit_is_never_torn) {
  backed_cache memory(std::size_t{128} << 10);
  const address block = backed_cache::block(15, 0);
  std::atomic<std::uint64_t> hits{0};
  {
    const repeating readers(2, [&] {
      std::vector<std::uint64_t> out(block.block_bytes() / sizeof(std::uint64_t));
      if (try_hit(memory.hot, block, out.data(), block.block_bytes())) {
        EXPECT_EQ(std::count(out.begin(), out.end(), out[0]), static_cast<std::ptrdiff_t>(out.size()));
        hits.fetch_add(1);
      }
    });
    for (std::uint64_t round = 0; goes_on(round, hits.load() >= 100); ++round) {
      replica& copy = claimed(memory, block);
      fill(copy, round);
      memory->publish(copy, false);
      if (round % 16 == 0) {
        std::this_thread::yield();
      }
    }
  }
  EXPECT_GE(hits.load(), 100U);
}

// ---- a reader that is held up between finding a replica and reading it ----

/// What a reader meets on its way, in this order: the validity word, whose page cannot be read, and, wrongly, memory
/// outside the cache.
enum class meeting : std::uint8_t { nothing, validity_word, reused, outside };
std::atomic<meeting> met{meeting::nothing};

/// Holds the reader up until the replica has been reused. A fault after that is the error that the test looks for; the
/// page is made readable, for the reader to come to its end.
void hold_up(int /*signal*/, siginfo_t* fault, void* /*context*/) {
  if (met.load() != meeting::nothing) {
    met.store(meeting::outside);
    const auto page = reinterpret_cast<std::uintptr_t>(fault->si_addr) / page_bytes * page_bytes;
    ::mprotect(reinterpret_cast<void*>(page), page_bytes, PROT_READ);
    return;
  }
  met.store(meeting::validity_word);
  while (met.load() == meeting::validity_word) {
    ::sched_yield();
  }
}

/// Catches SIGSEGV by `hold_up`, and has a table of validity words that cannot be read at first.
class held_up_reader {
 public:
  held_up_reader() : table_(::mmap(nullptr, page_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    met.store(meeting::nothing);
    struct sigaction action = {};
    action.sa_sigaction = hold_up;
    action.sa_flags = SA_SIGINFO;
    ::sigaction(SIGSEGV, &action, &before_);
  }
  held_up_reader(const held_up_reader&) = delete;
  held_up_reader& operator=(const held_up_reader&) = delete;
  ~held_up_reader() {
    ::sigaction(SIGSEGV, &before_, nullptr);
    ::munmap(table_, page_bytes);
  }

  /// Once the reader is held up: does `what`, and lets it go on.
  void meanwhile(const std::function<void()>& what) {
    while (met.load() != meeting::validity_word) {
      ::sched_yield();
    }
    what();
    ASSERT_EQ(::mprotect(table_, page_bytes, PROT_READ), 0);
    met.store(meeting::reused);
  }

  [[nodiscard]] std::atomic<std::uint64_t>* validity() const {
    return static_cast<std::atomic<std::uint64_t>*>(table_);
  }

 private:
  void* table_;
  struct sigaction before_ = {};
};

/// The header of a block of 1 MiB serves a block of 2 KiB at the very end of the cache's memory: looking for the last
/// word of the former there would leave that memory by nearly 1 MiB.
TEST(cache_race, hit_stays_inside_the_memory_when_a_header_is_reused_for_a_smaller_block) {
  backed_cache memory(std::size_t{2} << 20);
  const address large = backed_cache::block(20, 0);
  const address other_large = backed_cache::block(20, 1);
  const address small = backed_cache::block(11, 0);
  constexpr std::size_t data_pages = (std::size_t{2} << 20) / page_bytes / 8 * 7;
  replica& spare = claimed(memory, backed_cache::block(3, 0));
  replica& found = claimed(memory, large);
  for (std::uint64_t i = 0; i < data_pages - 256 - 1; ++i) {
    memory->publish(claimed(memory, backed_cache::block(12, i)), true);
  }
  memory->publish(found, false);

  held_up_reader reader;
  memory.hot.validity = reader.validity();
  bool hit = true;
  std::uint64_t out = 0;
  std::thread reading(
      [&] { hit = try_hit(memory.hot, large.advanced((std::int64_t{1} << 20) - 8), &out, sizeof out); });
  reader.meanwhile([&] {
    EXPECT_EQ(&claimed(memory, large), &found);
    memory->abandon(found);
    memory->abandon(spare);
    EXPECT_EQ(&claimed(memory, other_large), &spare) << "it takes the 1 MiB";
    replica& last = claimed(memory, small);
    EXPECT_EQ(&last, &found) << "the same header";
    EXPECT_FALSE(memory.holds(last.data.load(), page_bytes + 1)) << "on the last page";
    memory->publish(last, false);
  });
  reading.join();
  EXPECT_FALSE(hit) << "the data are another block's";
  EXPECT_NE(met.load(), meeting::outside);
}

TEST(cache_race, hit_and_pin_fail_when_the_replica_is_rewritten_before_they_get_there) {
  backed_cache memory(std::size_t{64} << 10);
  const address block = backed_cache::block(12, 0);
  replica& copy = claimed(memory, block);
  memory->publish(copy, false);
  for (const bool by_pin : {false, true}) {
    held_up_reader reader;
    memory.hot.validity = reader.validity();
    bool done = true;
    std::uint64_t out = 0;
    std::thread reading([&] {
      if (by_pin) {
        const replica_hit hit = find_valid_replica(memory.hot, block);
        EXPECT_EQ(hit.copy, &copy) << "it was valid when it was found";
        done = memory.pin(copy, hit.sequence);
      } else {
        done = try_hit(memory.hot, block, &out, sizeof out);
      }
    });
    reader.meanwhile([&] {
      EXPECT_EQ(&claimed(memory, block), &copy);
      fill(copy, 7);
      memory->publish(copy, false);
    });
    reading.join();
    EXPECT_FALSE(done) << (by_pin ? "pin" : "hit");
    EXPECT_EQ(copy.pins.load(), 0U);
  }
}

}  // namespace
}  // namespace liana::detail
