// What grows with the number of ranks, with the size of the shared memory and with the size of blocks: this program
// measures one job, `growth` runs it for many and growth.md says what came of it.
//
//     LIANA_HOSTS=each LIANA_SEGMENT_BYTES=64M mpirun -n 16 growth_benchmark --output 16.json
//
// start             MPI_Init, the constructor of liana::runtime over the running MPI and its destructor, by a clock
//                   around each: over the ranks the least, the median and the most. `first` is the first runtime of the
//                   process, `again` the least of those that follow it
// memory            what the first constructor adds to a process (growth_process.hpp); what the whole job took of the
//                   shared memory then; what the runtime has added when everything has run
// barrier           beside MPI_Barrier
// sharers           write of an object of 64 bytes that 0, 1, 2 ... other hosts share, and the read miss before it;
//                   with LIANA_HOSTS=each every rank is a host
// block_sizes       read miss and write by size of the block, beside memcpy
// communicator      with --communicator, instead of everything else: what MPI itself adds to a process for a
//                   communicator as the runtime makes one, and an exchange in it
//
// Seconds and bytes. More ranks than processors share them: there the least of many windows is what counts.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <mpi.h>
#include <nlohmann/json.hpp>

#include <liana/liana.hpp>
#include <liana/mpi.hpp>

#include "growth_accesses.hpp"
#include "growth_process.hpp"

namespace {

using growth::process_size;
using json = nlohmann::ordered_json;

struct options {
  std::size_t windows = 9;
  std::size_t starts = 3;
  bool sharers = false;
  bool block_sizes = false;
  bool communicator = false;
  std::string output;
};

double seconds_of(const std::function<void()>& step) {
  const auto start = std::chrono::steady_clock::now();
  step();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Collective. Everybody's value, on rank 0.
std::vector<double> gather(double mine) {
  int ranks = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  std::vector<double> all(static_cast<std::size_t>(ranks));
  MPI_Gather(&mine, 1, MPI_DOUBLE, all.data(), 1, MPI_DOUBLE, 0, MPI_COMM_WORLD);
  return all;
}

json over_ranks(double mine) { return growth::summarise(gather(mine)); }

/// Collective.
json over_ranks(const process_size& mine) {
  json all;
  all["private_bytes"] = over_ranks(static_cast<double>(mine.private_bytes));
  all["heap_bytes"] = over_ranks(static_cast<double>(mine.heap_bytes));
  all["segments_bytes"] = over_ranks(static_cast<double>(mine.segments_bytes));
  all["virtual_bytes"] = over_ranks(static_cast<double>(mine.virtual_bytes));
  all["descriptors"] = over_ranks(static_cast<double>(mine.descriptors));
  return all;
}

/// One start and end of a runtime.
struct lifetime {
  double constructor = 0;
  double destructor = 0;
};

/// A start of which all ranks begin at once.
double construct(std::unique_ptr<liana::runtime>& runtime) {
  MPI_Barrier(MPI_COMM_WORLD);
  const double time = seconds_of([&] { runtime = std::make_unique<liana::runtime>(MPI_COMM_WORLD); });
  MPI_Barrier(MPI_COMM_WORLD);
  return time;
}

double destroy(std::unique_ptr<liana::runtime>& runtime) {
  MPI_Barrier(MPI_COMM_WORLD);
  return seconds_of([&] { runtime.reset(); });
}

json describe(const lifetime& mine) {
  return {{"constructor", over_ranks(mine.constructor)}, {"destructor", over_ranks(mine.destructor)}};
}

/// Collective. Nanoseconds of all ranks, for the table of benchmarks/run.
std::vector<double> nanoseconds_of_all(double seconds) { return gather(seconds * 1e9); }

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Collective. Without a runtime.
json measure_communicator() {
  int ranks = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  std::vector<double> all(static_cast<std::size_t>(ranks));
  MPI_Barrier(MPI_COMM_WORLD);
  const process_size without = growth::measure_process();
  MPI_Comm duplicate = MPI_COMM_NULL;
  MPI_Comm_dup(MPI_COMM_WORLD, &duplicate);
  MPI_Comm host = MPI_COMM_NULL;
  MPI_Comm_split_type(duplicate, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &host);
  MPI_Comm_free(&host);
  MPI_Request request = MPI_REQUEST_NULL;
  const double mine = 0;
  MPI_Iallgather(&mine, 1, MPI_DOUBLE, all.data(), 1, MPI_DOUBLE, duplicate, &request);
  MPI_Wait(&request, MPI_STATUS_IGNORE);
  const process_size with = growth::measure_process();
  json result;
  result["ranks"] = ranks;
  result["communicator"] = over_ranks(with - without);
  MPI_Comm_free(&duplicate);
  return result;
}

/// Collective. The result counts on rank 0.
json measure(const options& wanted, double init) {
  json result;
  std::unique_ptr<liana::runtime> runtime;
  const process_size without = growth::measure_process();
  lifetime first;
  first.constructor = construct(runtime);
  const process_size started = growth::measure_process();
  MPI_Barrier(MPI_COMM_WORLD);
  const std::int64_t taken = growth::shared_memory_taken();
  result["ranks"] = liana::size();
  result["hosts"] = environment("LIANA_HOSTS");
  result["segment_bytes"] = environment("LIANA_SEGMENT_BYTES");
  result["cache_bytes"] = environment("LIANA_CACHE_BYTES");
  first.destructor = destroy(runtime);
  lifetime again = first;
  for (std::size_t i = 1; i < wanted.starts; ++i) {
    again.constructor = std::min(again.constructor, construct(runtime));
    again.destructor = std::min(again.destructor, destroy(runtime));
  }
  result["start"] = {{"mpi_init", over_ranks(init)}, {"first", describe(first)}, {"again", describe(again)}};
  result["context"] = {{"what", "a start, each rank a window"}};
  result["measures"] = {{"mpi_init", nanoseconds_of_all(init)},
                        {"constructor", nanoseconds_of_all(first.constructor)},
                        {"destructor", nanoseconds_of_all(first.destructor)}};
  construct(runtime);
  result["barrier"] = growth::measure_barriers(wanted.windows + growth::warm_up_windows);
  if (wanted.sharers) {
    result["sharers"] = growth::measure_sharers(wanted.windows + growth::warm_up_windows);
  }
  if (wanted.block_sizes && liana::size() > 1) {
    result["block_sizes"] = growth::measure_block_sizes(wanted.windows + growth::warm_up_windows);
  }
  const process_size used = growth::measure_process();
  result["memory"] = {{"process_before", over_ranks(without)},
                      {"constructor_adds", over_ranks(started - without)},
                      {"everything_adds", over_ranks(used - without)},
                      {"shared_memory_taken", taken}};
  destroy(runtime);
  return result;
}

/// What else the machine had to do: the load counts this job too.
json describe_machine() {
  double load = 0;
  if (::getloadavg(&load, 1) != 1) {
    throw std::runtime_error("the load of this machine cannot be read; is /proc mounted?");
  }
  return {{"processors", std::thread::hardware_concurrency()}, {"load", load}};
}

void write(const json& result, const std::string& file) {
  if (file.empty()) {
    std::cout << result.dump(2) << "\n";
    return;
  }
  std::ofstream to(file);
  to << result.dump(2) << "\n";
  if (!to.flush()) {
    throw std::runtime_error("cannot write " + file + "; does its directory exist?");
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("What grows with ranks, shared memory and blocks, measured in one job");
  options wanted;
  app.add_option("--windows", wanted.windows, "Windows for each figure")->check(CLI::Range(1, 1000));
  app.add_option("--starts", wanted.starts, "Runtimes to start and end")->check(CLI::Range(1, 1000));
  app.add_flag("--sharers", wanted.sharers, "Also misses and writes by number of sharers");
  app.add_flag("--block-sizes", wanted.block_sizes, "Also misses and writes by size of the block");
  app.add_flag("--communicator", wanted.communicator, "Only what MPI adds for a communicator, without a runtime");
  app.add_option("--output", wanted.output, "File for the result, instead of the standard output");
  CLI11_PARSE(app, argc, argv);

  int provided = 0;
  const double init = seconds_of([&] { MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &provided); });
  try {
    json result = wanted.communicator ? measure_communicator() : measure(wanted, init);
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank == 0) {
      result["machine"] = describe_machine();
      write(result, wanted.output);
    }
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "growth_benchmark: %s\n", problem.what());
    MPI_Abort(MPI_COMM_WORLD, EXIT_FAILURE);
  }
  MPI_Finalize();
  return EXIT_SUCCESS;
}
