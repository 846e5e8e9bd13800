// Explores schedules of simulated jobs, one for each seed.
//
//   explore [--schedules N] [--first SEED] [--jobs J]    seeds SEED to SEED + N - 1, dealt to J processes
//   explore --replay SEED [--trace]                      one seed, each of its steps
//   explore --mutant NAME ...                            any of these with the runtime as a mutant: mutants.cmake
//   explore --mutant NAME --expect-violation ...         ends with the first violation, and well only then
//   explore --mutants                                    the names of the mutants that it must catch
//
// Exit status: 0 if no schedule violated anything (if one did, with --expect-violation); 1 otherwise; 2 for a wrong
// call.

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tests/sim/mutants.hpp"
#include "tests/sim/program.hpp"

namespace {

using liana_tests::sim::plan_run;
using liana_tests::sim::play;
using liana_tests::sim::run_outcome;

constexpr std::uint64_t most_reported = 20;
constexpr std::size_t most_jobs = 64;

struct arguments {
  std::uint64_t schedules = 10000;
  std::uint64_t first = 1;
  std::uint64_t jobs = 1;
  std::uint64_t replayed = 0;
  bool replay = false;
  bool trace = false;
  bool expect_violation = false;
  bool list_mutants = false;
  std::string mutant;  ///< empty: the runtime as it is
};

std::uint64_t parse_number(const std::string& name, const char* text) {
  std::uint64_t value = 0;
  const char* const end = text == nullptr ? nullptr : text + std::strlen(text);
  if (text == nullptr || std::from_chars(text, end, value).ptr != end || end == text) {
    throw std::invalid_argument(name + " takes a number, not \"" + (text == nullptr ? "" : text) + "\"");
  }
  return value;
}

std::string parse_name(const std::string& name, const char* text) {
  if (text == nullptr) {
    throw std::invalid_argument(name + " takes a name");
  }
  return text;
}

arguments parse(int argc, char** argv) {
  arguments parsed;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--trace") {
      parsed.trace = true;
    } else if (name == "--expect-violation") {
      parsed.expect_violation = true;
    } else if (name == "--schedules") {
      parsed.schedules = parse_number(name, argv[++i]);
    } else if (name == "--first") {
      parsed.first = parse_number(name, argv[++i]);
    } else if (name == "--jobs") {
      parsed.jobs = parse_number(name, argv[++i]);
    } else if (name == "--replay") {
      parsed.replay = true;
      parsed.replayed = parse_number(name, argv[++i]);
    } else if (name == "--mutant") {
      parsed.mutant = parse_name(name, argv[++i]);
    } else if (name == "--mutants") {
      parsed.list_mutants = true;
    } else {
      throw std::invalid_argument("unknown option " + name +
                                  ": --schedules, --first, --jobs, --replay, --trace, --mutant, --expect-violation and "
                                  "--mutants are known");
    }
  }
  if (parsed.jobs == 0 || parsed.jobs > most_jobs) {
    throw std::invalid_argument(fmt::format("--jobs is {}, and must be from 1 to {}", parsed.jobs, most_jobs));
  }
  return parsed;
}

int replay(const arguments& with) {
  fmt::print("seed {}: {}\n", with.replayed, plan_run(with.replayed).text);
  std::uint64_t step = 0;
  const std::function<void(const std::string&)> print_step = [&step](const std::string& what) {
    fmt::print("{:6}  {}\n", ++step, what);
  };
  const run_outcome outcome = play(with.replayed, with.trace ? print_step : nullptr);
  fmt::print("{} operations, {} choices\n", outcome.operations, outcome.choices);
  if (!outcome.violation.has_value()) {
    fmt::print("no violation\n");
    return 0;
  }
  fmt::print("VIOLATION, found by {}: {}\n", outcome.check, *outcome.violation);
  return 1;
}

/// What the processes share.
struct totals {
  std::atomic<std::uint64_t> schedules{0};
  std::atomic<std::uint64_t> operations{0};
  std::atomic<std::uint64_t> fewest{UINT64_MAX};
  std::atomic<std::uint64_t> choices{0};
  std::atomic<std::uint64_t> litmus{0};
  std::atomic<std::uint64_t> accidents{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> violations{0};
  std::array<std::atomic<std::uint64_t>, most_jobs> seed{};  ///< that each process is at
};

void report(const arguments& with, const char* program, totals& sum, std::uint64_t seed, const std::string& check,
            const std::string& what) {
  if (++sum.violations > most_reported) {
    return;
  }
  if (with.expect_violation) {
    fmt::print("caught by {} after {} schedules, seed {}: {}\n", check, sum.schedules.load(), seed, what);
  } else {
    fmt::print("seed {} ({}): VIOLATION, found by {}: {}\n  replay it: {}{}{} --replay {} --trace\n", seed,
               plan_run(seed).text, check, what, program, with.mutant.empty() ? "" : " --mutant ", with.mutant, seed);
  }
  std::fflush(stdout);
}

/// The share of one process.
void explore(const arguments& with, const char* program, totals& sum, std::uint64_t job) {
  for (std::uint64_t seed = with.first + job; seed < with.first + with.schedules; seed += with.jobs) {
    sum.seed[job] = seed;
    const run_outcome outcome = play(seed);
    ++sum.schedules;
    sum.operations += outcome.operations;
    sum.choices += outcome.choices;
    sum.refused += outcome.refused;
    sum.litmus += outcome.litmus ? 1U : 0U;
    sum.accidents += outcome.accident ? 1U : 0U;
    if (outcome.operations < sum.fewest) {
      sum.fewest = outcome.operations;
    }
    if (outcome.violation.has_value()) {
      report(with, program, sum, seed, outcome.check, *outcome.violation);
    }
    if (sum.violations != 0 && (with.expect_violation || sum.violations >= most_reported)) {
      return;
    }
  }
}

/// Runs all processes; one that dies has found something too.
void explore_all(const arguments& with, const char* program, totals& sum) {
  std::vector<pid_t> processes;
  for (std::uint64_t job = 0; job < with.jobs; ++job) {
    const pid_t child = ::fork();
    if (child == 0) {
      // The runtime logs what goes wrong on purpose; a replay shows it.
      if (std::freopen("/dev/null", "w", stderr) == nullptr) {
        ::_exit(1);
      }
      explore(with, program, sum, job);
      std::fflush(stdout);
      ::_exit(0);
    }
    processes.push_back(child);
  }
  for (std::size_t job = 0; job < processes.size(); ++job) {
    int status = 0;
    ::waitpid(processes[job], &status, 0);
    if (status != 0) {
      ++sum.schedules;
      report(with, program, sum, sum.seed[job], "a crash",
             WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status)) : "the process ended");
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const arguments with = parse(argc, argv);
    if (with.list_mutants) {
      for (const std::string_view name : liana_tests::sim::explored_mutants()) {
        fmt::print("{}\n", name);
      }
      return 0;
    }
    if (!with.mutant.empty()) {
      liana_tests::sim::become_mutant(with.mutant);
    }
    if (with.replay) {
      return replay(with);
    }
    void* const shared = ::mmap(nullptr, sizeof(totals), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
      throw std::runtime_error("no memory that processes share");
    }
    auto& sum = *new (shared) totals;
    const auto start = std::chrono::steady_clock::now();
    explore_all(with, argv[0], sum);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    fmt::print(
        "{} schedules, {} of them litmus shapes, {} with a rank or a connection lost; {} operations, {} at least in "
        "each; {} choices; {} accesses that a full "
        "cache refused; {} violations; {:.0f} s\n",
        sum.schedules.load(), sum.litmus.load(), sum.accidents.load(), sum.operations.load(), sum.fewest.load(),
        sum.choices.load(), sum.refused.load(), sum.violations.load(), seconds);
    return (sum.violations != 0) == with.expect_violation ? 0 : 1;
  } catch (const std::invalid_argument& problem) {
    fmt::print(stderr, "explore: {}\n", problem.what());
    return 2;
  } catch (const std::exception& problem) {
    fmt::print(stderr, "explore: {}\n", problem.what());
    return 1;
  }
}
