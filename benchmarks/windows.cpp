#include "benchmarks/windows.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "benchmarks/machine.hpp"

namespace liana::benchmarks {

namespace {

constexpr std::int64_t no_more_windows = -1;
constexpr std::chrono::microseconds between_looks{200};  ///< of a waiting follower that shares its processor

/// Shows what the usual reporter shows, and remembers whether a benchmark failed.
class watching_reporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& context) override { return shown_->ReportContext(context); }
  void ReportRuns(const std::vector<Run>& runs) override {
    failed_ = failed_ || std::any_of(runs.begin(), runs.end(), [](const Run& run) { return run.error_occurred; });
    shown_->ReportRuns(runs);
  }
  void Finalize() override { shown_->Finalize(); }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  benchmark::BenchmarkReporter* shown_ = benchmark::CreateDefaultDisplayReporter();  // Google Benchmark's own
  bool failed_ = false;
};

/// The options with our defaults before them, where those that were given win.
struct command_line {
  std::vector<std::string> words;
  bool quick = false;
  bool help = false;
  std::string output_file;

  command_line(int argc, char** argv) {
    words = {argv[0], "--benchmark_enable_random_interleaving=true", "--benchmark_display_aggregates_only=true"};
    const auto given = [&](std::string_view option) { return std::find(argv + 1, argv + argc, option) != argv + argc; };
    quick = given("--quick");
    help = given("--help");
    words.emplace_back(quick ? "--benchmark_repetitions=3" : "--benchmark_repetitions=25");
    words.emplace_back(quick ? "--benchmark_min_time=0.001" : "--benchmark_min_time=0.01");
    constexpr std::string_view output = "--benchmark_out=";
    for (int i = 1; i < argc; ++i) {
      const std::string_view word = argv[i];
      if (word.rfind(output, 0) == 0) {
        output_file = word.substr(output.size());
      }
      if (word != "--quick") {
        words.emplace_back(word);
      }
    }
  }
};

void print_help() {
  benchmark::PrintDefaultHelp();
  std::puts("          [--quick]  3 windows of 1 ms, less memory");
}

/// Lets Google Benchmark take its options. Throws a refusal for what is left.
void initialize_google_benchmark(const command_line& line, char* program) {
  std::vector<std::string> words(line.words);
  std::vector<char*> pointers;
  std::transform(words.begin(), words.end(), std::back_inserter(pointers),
                 [](std::string& word) { return word.data(); });
  pointers.front() = program;  // which is kept
  pointers.push_back(nullptr);
  int count = static_cast<int>(words.size());
  benchmark::Initialize(&count, pointers.data());
  if (count > 1) {
    throw refusal(fmt::format("'{}' is no option: --help lists them", pointers[1]));
  }
}

bool more_ranks_than_processors(MPI_Comm communicator) {
  MPI_Comm host = MPI_COMM_NULL;
  MPI_Comm_split_type(communicator, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &host);
  int ranks = 0;
  MPI_Comm_size(host, &ranks);
  MPI_Comm_free(&host);
  return static_cast<unsigned>(ranks) > std::thread::hardware_concurrency();
}

double least(const std::vector<double>& of) { return *std::min_element(of.begin(), of.end()); }

/// Interquartile range, of the median.
double spread(const std::vector<double>& of) {
  std::vector<double> sorted(of);
  std::sort(sorted.begin(), sorted.end());
  const auto at = [&](double part) { return sorted[static_cast<std::size_t>(part * double(sorted.size() - 1))]; };
  return (at(0.75) - at(0.25)) / at(0.5);
}

/// The same on every rank, as they run one program.
std::int64_t fingerprint(const std::string& name) { return static_cast<std::int64_t>(std::hash<std::string>{}(name)); }

std::string program_name(const char* path) {
  const std::string_view all = path;
  return std::string(all.substr(all.rfind('/') + 1));
}

}  // namespace

job::job(int argc, char** argv) : program_(program_name(argv[0])) {
  MPI_Comm_dup(MPI_COMM_WORLD, &communicator_);
  MPI_Comm_rank(communicator_, &rank_);
  MPI_Comm_size(communicator_, &size_);
  const command_line line(argc, argv);
  quick_ = line.quick;
  output_file_ = line.output_file;
  shares_processors_ = more_ranks_than_processors(communicator_);
  initialize_google_benchmark(line, argv[0]);
}

job::~job() { MPI_Comm_free(&communicator_); }

void job::require_ranks(int least_ranks) const {
  if (size_ < least_ranks) {
    throw refusal(
        fmt::format("needs {0} ranks and was started with {1}: start it with mpirun -n {0}", least_ranks, size_));
  }
}

benchmark::internal::Benchmark* job::add(const std::string& name, leader_part leader, follower_part follower,
                                         conditions asked) {
  const auto index = static_cast<std::int64_t>(participants_.size());
  participants_.push_back({name, std::move(follower)});
  auto lead_window = [this, index, asked, leader = std::move(leader)](benchmark::State& state) {
    if (size_ < asked.ranks) {
      state.SkipWithError(fmt::format("needs {} ranks and was started with {}", asked.ranks, size_).c_str());
      return;
    }
    if (state.thread_index() == 0) {
      announce(index, state.max_iterations);
      meet();
    }
    leader(state);
  };
  auto* added = benchmark::RegisterBenchmark(name.c_str(), std::move(lead_window));
  added->ComputeStatistics("min", least)->ComputeStatistics("spread", spread, benchmark::kPercentage);
  return asked.manual_time ? added->UseManualTime() : added->UseRealTime();
}

void job::meet() const { MPI_Barrier(communicator_); }

follower_part job::attend() const {
  return [this](const window&) { meet(); };
}

void job::measure() {
  meet();
  try {
    if (is_leader()) {
      lead();
    } else {
      follow();
    }
  } catch (const std::exception& error) {
    abort(error);  // here, because what unwinds would wait for the other ranks
  }
  meet();
  while (!kept_.empty()) {
    kept_.pop_back();
  }
}

void job::abort(const std::exception& error) const {
  fmt::print(stderr, "{}: rank {}: {}\n", program_, rank_, error.what());
  std::fflush(stderr);
  MPI_Abort(communicator_, 1);
  std::abort();  // never reached: MPI_Abort is not declared to end the process
}

void job::lead() {
  for (const auto& [key, value] : machine_facts(size_)) {
    benchmark::AddCustomContext(key, value);
  }
  benchmark::AddCustomContext("quick", quick_ ? "yes" : "no");
  watching_reporter reporter;
  const auto selected = benchmark::RunSpecifiedBenchmarks(&reporter);
  announce(no_more_windows, 0);
  failed_ = reporter.failed() || selected == 0;
  if (!output_file_.empty() && selected != 0) {
    add_to_context(output_file_, "load_after", load_average());
  }
}

void job::follow() {
  for (;;) {
    const auto announced = await_announcement();
    if (announced[0] == no_more_windows) {
      return;
    }
    const auto& now = participants_.at(static_cast<std::size_t>(announced[0]));
    if (announced[2] != fingerprint(now.name)) {
      throw std::logic_error(
          fmt::format("benchmark {} is '{}' here and another one at rank 0: all ranks must add the "
                      "same benchmarks",
                      announced[0], now.name));
    }
    meet();
    if (now.part) {
      now.part({.repetitions = announced[1]});
    }
  }
}

void job::announce(std::int64_t index, std::int64_t repetitions) const {
  std::array<std::int64_t, 3> text{index, repetitions, 0};
  if (index != no_more_windows) {
    text[2] = fingerprint(participants_[static_cast<std::size_t>(index)].name);
  }
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Ibcast(text.data(), static_cast<int>(text.size()), MPI_INT64_T, 0, communicator_, &request);
  MPI_Wait(&request, MPI_STATUS_IGNORE);
}

std::vector<std::int64_t> job::await_announcement() const {
  std::vector<std::int64_t> text(3);
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Ibcast(text.data(), static_cast<int>(text.size()), MPI_INT64_T, 0, communicator_, &request);
  if (!shares_processors_) {
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    return text;
  }
  for (int arrived = 0; arrived == 0;) {
    MPI_Test(&request, &arrived, MPI_STATUS_IGNORE);
    if (arrived == 0) {
      std::this_thread::sleep_for(between_looks);
    }
  }
  return text;
}

int run(int argc, char** argv, const std::function<void(job&)>& body) {
  int provided = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &provided);
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  int status = 0;
  if (command_line(argc, argv).help) {
    if (rank == 0) {
      print_help();
    }
    MPI_Finalize();
    return status;
  }
  try {
    job here(argc, argv);
    try {
      body(here);
    } catch (const refusal&) {
      throw;
    } catch (const std::exception& error) {
      here.abort(error);
    }
    status = here.failed_ ? 1 : 0;
  } catch (const refusal& reason) {
    if (rank == 0) {
      fmt::print(stderr, "{}: {}\n", program_name(argv[0]), reason.what());
    }
    status = 1;
  }
  MPI_Finalize();
  return status;
}

}  // namespace liana::benchmarks
