// Histories of real ranks: several threads of each access a few blocks at random, and what they did and saw is gathered
// and checked. LIANA_TEST_SECONDS sets how long they play, 2 otherwise.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include <gtest/gtest.h>

#include "tests/history/check_blocks.hpp"
#include "tests/history/check_order.hpp"
#include "tests/history/recorder.hpp"
#include "tests/stress/shared_words.hpp"

namespace liana_tests {

namespace {

constexpr std::uint32_t threads_per_rank = 2;

std::chrono::duration<double> time_to_play() {
  const char* const wanted = std::getenv("LIANA_TEST_SECONDS");
  return std::chrono::duration<double>(wanted == nullptr ? 2.0 : std::strtod(wanted, nullptr));
}

// The histories of all ranks one after the other, on rank 0; nothing elsewhere. Collective.
history gathered(const history& mine) {
  const auto ranks = static_cast<std::size_t>(liana::size());
  std::vector<int> bytes(ranks, 0);
  const int mine_bytes = static_cast<int>(mine.size() * sizeof(access));
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Igather(&mine_bytes, 1, MPI_INT, bytes.data(), 1, MPI_INT, 0, MPI_COMM_WORLD, &request);
  wait_politely(request);
  std::vector<int> places(ranks, 0);
  std::exclusive_scan(bytes.begin(), bytes.end(), places.begin(), 0);
  history all(liana::rank() == 0 ? static_cast<std::size_t>(places.back() + bytes.back()) / sizeof(access) : 0);
  MPI_Igatherv(mine.data(), mine_bytes, MPI_BYTE, all.data(), bytes.data(), places.data(), MPI_BYTE, 0, MPI_COMM_WORLD,
               &request);
  wait_politely(request);
  return all;
}

// What rank 0 says. Collective.
bool agreed(bool go_on) {
  int word = go_on ? 1 : 0;
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Ibcast(&word, 1, MPI_INT, 0, MPI_COMM_WORLD, &request);
  wait_politely(request);
  return word != 0;
}

class real_histories : public ::testing::Test {
 protected:
  real_histories() : seed_(shared_seed()), random_(seed_), meeting_(processes()) {}

  static std::uint32_t processes() { return threads_per_rank * static_cast<std::uint32_t>(liana::size()); }

  // One history, on rank 0, of this many accesses of each process, and afterwards a look at all blocks by one process
  // of each rank. Collective.
  history play(std::size_t accesses) {
    ++number_;
    blocks_.deal(random_);
    for (std::uint32_t block = 0; block < shared_blocks::per_history; ++block) {
      const auto turn = (block + number_) % static_cast<std::uint64_t>(liana::size());
      if (static_cast<liana::rank_t>(turn) == liana::rank()) recorder::clear(blocks_, block);
    }
    const std::uint32_t first = threads_per_rank * static_cast<std::uint32_t>(liana::rank());
    std::vector<recorder> recorders;
    for (std::uint32_t i = 0; i < threads_per_rank; ++i) {
      recorders.emplace_back(blocks_, first + i, number_, meeting_.covers_all_ranks(), seed_);
    }
    plain_barrier();
    std::vector<std::thread> threads;
    for (std::uint32_t i = 0; i < threads_per_rank; ++i) {
      threads.emplace_back([&, i] { record(recorders[i], first + i, accesses); });
    }
    for (std::thread& thread : threads) thread.join();
    plain_barrier();
    recorders[0].read_all();
    history mine;
    for (recorder& one : recorders) {
      const history recorded = one.take();
      mine.insert(mine.end(), recorded.begin(), recorded.end());
    }
    return gathered(mine);
  }

  // By rank 0.
  void check(const history& all) {
    for (const auto& found : {in_blocks_.check(all), in_order_.check(all)}) {
      if (found) ADD_FAILURE() << "history " << number_ << ": " << found->what;
    }
  }

  std::string trace() const { return "LIANA_TEST_SEED=" + std::to_string(seed_); }
  const char* clock() const { return meeting_.covers_all_ranks() ? "one clock" : "no common clock"; }
  std::uint64_t random() { return random_(); }

 private:
  void record(recorder& one, std::uint32_t process, std::size_t accesses) {
    try {
      meet(process);
      one.run(accesses);
    } catch (const std::exception& error) {
      ADD_FAILURE() << "process " << process << ": " << error.what();
    }
  }

  // Waits a little for the other processes of this machine, so that they overlap; never for long.
  void meet(std::uint32_t process) const {
    meeting_[process].store(number_);
    for (int spin = 0; spin < 200; ++spin) {
      bool all_here = true;
      for (std::uint32_t other = 0; other < processes(); ++other) {
        all_here = all_here && meeting_[other].load() >= number_;
      }
      if (all_here) return;
      std::this_thread::yield();
    }
  }

  std::uint64_t seed_;
  std::mt19937_64 random_;
  shared_words meeting_;
  shared_blocks blocks_;
  std::uint64_t number_ = 0;
  block_checker in_blocks_;
  order_checker in_order_;
};

// Accesses that saw what another process wrote: where there are few, the processes did not meet.
std::size_t from_others(const history& all) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> writers;
  for (const access& one : all) {
    if (one.write) writers.emplace_back(one.value, one.process);
  }
  std::sort(writers.begin(), writers.end());
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const access& one) {
    const auto writer = std::lower_bound(writers.begin(), writers.end(), std::pair{one.value, std::uint32_t{0}});
    return !one.write && writer != writers.end() && writer->first == one.value && writer->second != one.process;
  }));
}

TEST_F(real_histories, keep_each_block_linearizable_and_all_together_sequential) {
  SCOPED_TRACE(trace());
  const auto end = std::chrono::steady_clock::now() + time_to_play();
  std::size_t histories = 0;
  std::size_t accesses = 0;
  std::size_t seen_from_others = 0;
  do {
    constexpr std::array<std::size_t, 8> lengths{6, 6, 12, 12, 25, 25, 50, 400};
    const history all = play(lengths.at(random() % lengths.size()));
    if (liana::rank() == 0) check(all);
    ++histories;
    accesses += all.size();
    seen_from_others += from_others(all);
  } while (agreed(!HasFailure() && std::chrono::steady_clock::now() < end));
  if (liana::rank() == 0) {
    std::printf("%zu histories, %zu accesses, %zu of them saw what another process wrote; %s\n", histories, accesses,
                seen_from_others, clock());
    EXPECT_GT(seen_from_others, 0U);
  }
}

// A record that does not fit is found by both checkers: so it would be if Liana answered so.
TEST_F(real_histories, do_not_pass_with_an_entry_changed) {
  SCOPED_TRACE(trace());
  const history all = play(200);
  if (liana::rank() != 0) return;
  check(all);
  constexpr std::uint32_t block = 2;
  static_assert(shared_blocks::only_updated(block));
  const auto is_here = [](const access& one) { return one.process == 0 && one.block == block; };
  const auto first_write =
      std::find_if(all.begin(), all.end(), [&](const access& one) { return is_here(one) && one.write; });
  const auto last_read =
      std::find_if(all.rbegin(), all.rend(), [&](const access& one) { return is_here(one) && !one.write; });
  ASSERT_NE(first_write, all.end());
  ASSERT_NE(last_read, all.rend());
  ASSERT_NE(first_write->value, last_read->value);
  const auto with_last_read = [&](std::uint64_t value) {
    history changed = all;
    changed[static_cast<std::size_t>(all.rend() - last_read) - 1].value = value;
    return changed;
  };
  for (const std::uint64_t old : {std::uint64_t{0}, first_write->value}) {
    EXPECT_TRUE(check_blocks(with_last_read(old))) << old;
    EXPECT_TRUE(check_order(with_last_read(old))) << old;
  }
  const auto torn = check_order(with_last_read(UINT64_MAX));
  ASSERT_TRUE(torn);
  EXPECT_NE(torn->what.find("nobody wrote"), std::string::npos) << torn->what;
}

}  // namespace

}  // namespace liana_tests
