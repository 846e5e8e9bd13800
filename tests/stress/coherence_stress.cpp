// Coherence under load. Writers increment versions that fill whole objects and blocks of 8 to 65536 bytes, and words of
// shared blocks; readers check that no snapshot is torn or changes while it is held, that nobody reads older than
// anybody has seen, and at rest that no update was lost. Reproducible with --seed as far as the operations of each
// participant go; their interleaving is not.

#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <thread>

#include "tests/stress/participant.hpp"
#include "tests/stress/stress_options.hpp"

namespace {

using namespace liana_tests;

constexpr int phases = 3;

struct totals {
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  std::uint64_t violations = 0;

  friend totals operator+(const totals& a, const totals& b) {
    return {a.reads + b.reads, a.writes + b.writes, a.violations + b.violations};
  }
};

using participants = std::vector<std::unique_ptr<participant>>;

// Lets all participants of this rank run at once until the phase is over. An exception in one ends the job.
void run_phase(const participants& mine, const stress_options& options) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                                          std::chrono::duration<double>(options.seconds / phases));
  const std::uint64_t operations = (options.operations + phases - 1) / phases;
  std::vector<std::thread> threads;
  threads.reserve(mine.size());
  for (const auto& each : mine) {
    threads.emplace_back([&each, end, operations] {
      try {
        each->run(end, operations);
      } catch (const std::exception& error) {
        std::fprintf(stderr, "rank %d: %s\n", liana::rank(), error.what());
        std::_Exit(1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// The writes of all participants of all ranks so far, by slot; over MPI, so that it does not come from what is tested.
std::vector<std::uint64_t> all_increments(const participants& mine, std::size_t slots) {
  std::vector<std::uint64_t> sum(slots, 0);
  for (const auto& each : mine) {
    for (std::size_t slot = 0; slot < slots; ++slot) sum[slot] += each->checker().increments()[slot];
  }
  MPI_Allreduce(MPI_IN_PLACE, sum.data(), static_cast<int>(slots), MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
  return sum;
}

std::map<std::string, std::uint64_t> counters() {
  const auto stats = liana::stats();
  return {{"hits", stats.hits},
          {"misses", stats.misses},
          {"evictions", stats.evictions},
          {"spurious_misses", stats.spurious_misses},
          {"revalidations", stats.revalidations},
          {"invalidations_sent", stats.invalidations_sent}};
}

// Prints what was done and says whether the run counts: something was checked, nothing was wrong, and what it was meant
// to provoke did happen.
bool conclude(const totals& all, const stress_options& options) {
  bool good = all.violations == 0;
  if (liana::rank() == 0) {
    std::printf("checked %llu reads and %llu writes, %llu violations\n", static_cast<unsigned long long>(all.reads),
                static_cast<unsigned long long>(all.writes), static_cast<unsigned long long>(all.violations));
  }
  if (all.reads == 0 || all.writes == 0) {
    good = false;
    if (liana::rank() == 0) std::fprintf(stderr, "a run that has checked nothing proves nothing\n");
  }
  const auto sum = [](std::uint64_t a, std::uint64_t b) { return a + b; };
  for (const auto& [name, mine] : counters()) {
    const std::uint64_t count = liana::all_reduce(mine, sum);
    if (liana::rank() == 0) std::printf("%s %llu\n", name.c_str(), static_cast<unsigned long long>(count));
    const auto expected = std::find(options.expected.begin(), options.expected.end(), name);
    if (expected == options.expected.end() || count > 0) continue;
    good = false;
    if (liana::rank() == 0) std::fprintf(stderr, "%s is 0: the run has not provoked what it should\n", name.c_str());
  }
  return good;
}

bool run(const stress_options& options) {
  for (const std::string& name : options.expected) {
    if (!counters().contains(name)) throw std::invalid_argument("--expect " + name + ": no such counter");
  }
  std::uint64_t seed = options.seed != 0 ? options.seed : std::random_device{}();
  MPI_Bcast(&seed, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD);
  if (liana::rank() == 0) {
    std::printf("coherence_stress: %d ranks of %d threads, --seed %llu\n", liana::size(), options.threads,
                static_cast<unsigned long long>(seed));
    std::fflush(stdout);
  }
  const versioned_data data;
  const version_ledger ledger(data.slots);
  const auto threads = static_cast<std::uint64_t>(options.threads);
  participants mine;
  for (std::uint64_t thread = 0; thread < threads; ++thread) {
    mine.push_back(std::make_unique<participant>(data, ledger,
                                                 static_cast<std::uint64_t>(liana::rank()) * threads + thread,
                                                 threads * static_cast<std::uint64_t>(liana::size()), seed));
  }
  liana::barrier();
  for (int phase = 0; phase < phases; ++phase) {
    run_phase(mine, options);
    liana::barrier();
    mine.front()->verify(all_increments(mine, data.slots));
    liana::barrier();
  }
  totals here;
  for (const auto& each : mine) {
    here = here + totals{each->checker().reads(), each->checker().writes(), each->checker().violations()};
  }
  return conclude(liana::all_reduce(here, [](const totals& a, const totals& b) { return a + b; }), options);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const stress_options options = parse_stress_options(argc, argv);
    const liana::runtime runtime(argc, argv);
    return run(options) ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "coherence_stress: %s\n", error.what());
    return 2;
  }
}
