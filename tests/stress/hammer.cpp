// All ranks hammer one mutex, one atomic and one condition, each for a third of the time: hammer SECONDS. Fails unless
// all counts are exact and every rank had its share of the mutex and the condition; prints how much was done, the
// longest wait for the mutex, and how often ranks gave up their processor.

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <mutex>

#include <liana/liana.hpp>

namespace {

using steady = std::chrono::steady_clock;

double seconds_since(steady::time_point start) { return std::chrono::duration<double>(steady::now() - start).count(); }

struct share {
  std::uint64_t count = 0;
  double longest_wait = 0;
};

struct totals {
  std::uint64_t count = 0;
  std::uint64_t least = 0;
  std::uint64_t most = 0;
  double longest_wait = 0;
};

totals of_all(const share& mine) {
  return liana::all_reduce(totals{mine.count, mine.count, mine.count, mine.longest_wait},
                           [](const totals& a, const totals& b) {
                             return totals{a.count + b.count, std::min(a.least, b.least), std::max(a.most, b.most),
                                           std::max(a.longest_wait, b.longest_wait)};
                           });
}

bool report(const char* what, const totals& all, std::uint64_t counted, double seconds) {
  const bool good = counted == all.count && all.least > 0;
  if (liana::rank() == 0) {
    std::printf("%-10s %12llu in all, %llu counted, %llu to %llu a rank, %.0f a second, longest wait %.1f ms: %s\n",
                what, static_cast<unsigned long long>(all.count), static_cast<unsigned long long>(counted),
                static_cast<unsigned long long>(all.least), static_cast<unsigned long long>(all.most),
                static_cast<double>(all.count) / seconds, 1000 * all.longest_wait, good ? "good" : "WRONG");
  }
  return good;
}

bool hammer_mutex(double seconds) {
  const auto mutex = liana::broadcast(liana::make_mutex(), 0);
  const auto counter = liana::broadcast(liana::make_global<std::uint64_t>(0), liana::size() - 1);
  liana::barrier();
  share mine;
  const auto start = steady::now();
  while (seconds_since(start) < seconds) {
    const auto begin = steady::now();
    const std::scoped_lock hold(mutex);
    mine.longest_wait = std::max(mine.longest_wait, seconds_since(begin));
    counter.put(counter.get() + 1);
    ++mine.count;
  }
  const totals all = of_all(mine);
  return report("mutex", all, counter.get(), seconds);
}

bool hammer_atomic(double seconds) {
  const auto counter = liana::broadcast(liana::make_atomic<std::uint64_t>(), 0);
  liana::barrier();
  share mine;
  for (const auto start = steady::now(); seconds_since(start) < seconds;) {
    for (int i = 0; i < 100; ++i, ++mine.count) {
      const auto begin = steady::now();
      counter.fetch_add(1);
      mine.longest_wait = std::max(mine.longest_wait, seconds_since(begin));
    }
  }
  const totals all = of_all(mine);
  return report("atomic", all, counter.load(), seconds);
}

/// Ranks in turn, until rank 0 finds at its turn that the time is over.
bool hammer_condition(double seconds) {
  struct turns {
    std::uint64_t next;
    bool over;
  };
  const auto mutex = liana::broadcast(liana::make_mutex(), 0);
  const auto changed = liana::broadcast(liana::make_condition(), 0);
  const auto shared = liana::broadcast(liana::make_global<turns>(), liana::size() - 1);
  liana::barrier();
  share mine;
  const auto ranks = static_cast<std::uint64_t>(liana::size());
  const auto me = static_cast<std::uint64_t>(liana::rank());
  const auto start = steady::now();
  for (bool over = false; !over;) {
    const auto begin = steady::now();
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return shared.get().next % ranks == me; });
    mine.longest_wait = std::max(mine.longest_wait, seconds_since(begin));
    over = shared.update([&](turns& now) {
      ++now.next;
      now.over = now.over || (me == 0 && seconds_since(start) >= seconds);
      return now.over;
    });
    ++mine.count;
    changed.notify_all();
  }
  const totals all = of_all(mine);
  return report("condition", all, shared.get().next, seconds) && all.least == all.most;
}

/// How often the ranks together gave up their processor, and had it taken.
void report_switches() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto sum = [](long mine) { return liana::all_reduce(mine, std::plus<>()); };
  const long given = sum(used.ru_nvcsw);
  const long taken = sum(used.ru_nivcsw);
  if (liana::rank() == 0) std::printf("switches: %ld by sleeping, %ld by yielding or being preempted\n", given, taken);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const liana::runtime runtime(argc, argv);
    const double seconds = argc == 2 ? std::atof(argv[1]) : 0;
    if (!(seconds > 0 && seconds <= 86400)) {
      if (liana::rank() == 0) std::fprintf(stderr, "hammer SECONDS: expected a number from 0 to 86400\n");
      return 2;
    }
    const bool mutex = hammer_mutex(seconds / 3);
    const bool atomic = hammer_atomic(seconds / 3);
    const bool condition = hammer_condition(seconds / 3);
    report_switches();
    return mutex && atomic && condition ? EXIT_SUCCESS : EXIT_FAILURE;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hammer: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
