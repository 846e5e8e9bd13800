// Prints what jobs of growth_benchmark measured as the tables of growth.md. `growth` calls it.
//
//     growth_report ranks-*.json segment-*.json blocks.json --merge growth.json

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace {

using json = nlohmann::ordered_json;

/// One job's result, under the name of its file.
struct job {
  std::string name;
  json result;
};

job read_job(const std::string& file) {
  std::ifstream from(file);
  if (!from) {
    throw std::runtime_error("cannot read " + file);
  }
  const std::size_t slash = file.rfind('/');
  std::string name = file.substr(slash == std::string::npos ? 0 : slash + 1);
  name = name.substr(0, name.rfind('.'));
  try {
    return {.name = std::move(name), .result = json::parse(from)};
  } catch (const json::exception& problem) {
    throw std::runtime_error(file + " is no result of growth_benchmark: " + problem.what());
  }
}

/// 16M, 4G: as the runtime reads it.
std::uint64_t bytes_of(const std::string& text) {
  static const std::string units = "KMGT";
  const std::size_t unit = text.empty() ? std::string::npos : units.find(text.back());
  return std::stoull(text) << (unit == std::string::npos ? 0 : 10 * (unit + 1));
}

double least(const json& of) { return of.at("least").get<double>(); }
double median(const json& of) { return of.at("median").get<double>(); }

std::string text(double value, int digits) {
  std::string made(32, '\0');
  const int length = std::snprintf(made.data(), made.size(), "%.*f", digits, value);
  made.resize(static_cast<std::size_t>(length));
  return made;
}
std::string milliseconds(double seconds) { return text(seconds * 1e3, 1); }
std::string microseconds(double seconds) { return text(seconds * 1e6, seconds < 1e-5 ? 3 : 1); }
std::string kibibytes(double bytes) { return text(bytes / 1024, 0); }
std::string mebibytes(double bytes) { return text(bytes / (1024 * 1024), 1); }

void print_row(const std::vector<std::string>& cells) {
  std::printf("|");
  for (const std::string& each : cells) {
    std::printf(" %s |", each.c_str());
  }
  std::printf("\n");
}

void print_head(const std::string& title, const std::vector<std::string>& columns) {
  std::printf("\n%s\n\n", title.c_str());
  print_row(columns);
  print_row(std::vector<std::string>(columns.size(), "---:"));
}

/// Those whose names begin alike, in the order of a number that each has.
template <class Number>
std::vector<const job*> select(const std::vector<job>& all, const std::string& prefix, Number number) {
  std::vector<const job*> chosen;
  for (const job& each : all) {
    if (each.name.starts_with(prefix)) {
      chosen.push_back(&each);
    }
  }
  std::sort(chosen.begin(), chosen.end(),
            [&](const job* a, const job* b) { return number(a->result) < number(b->result); });
  return chosen;
}

std::string first_cell(const json& of, bool by_segment) {
  return by_segment ? of.at("segment_bytes").get<std::string>() : std::to_string(of.at("ranks").get<int>());
}

void print_starts(const std::vector<const job*>& jobs, const std::string& title, const std::string& first,
                  bool by_segment) {
  print_head("Start, " + title + ", milliseconds: median over the ranks (constructor again: least of several)",
             {first, "MPI_Init", "constructor", "ratio", "constructor again", "destructor"});
  for (const job* each : jobs) {
    const json& start = each->result.at("start");
    const double init = median(start.at("mpi_init"));
    const double constructor = median(start.at("first").at("constructor"));
    print_row({first_cell(each->result, by_segment), milliseconds(init), milliseconds(constructor),
               text(constructor / init, 2), milliseconds(median(start.at("again").at("constructor"))),
               milliseconds(median(start.at("again").at("destructor")))});
  }
}

void print_memory(const std::vector<const job*>& jobs, const std::string& title, const std::string& first,
                  bool by_segment) {
  print_head("Memory of a rank, " + title + ": median over the ranks, KiB unless it says MiB",
             {first, "process before, MiB", "constructor: heap", "constructor: address space, MiB",
              "constructor: open files", "at the end: private", "at the end: heap", "at the end: segments resident",
              "shared memory taken at the start, MiB for each rank"});
  for (const job* each : jobs) {
    const json& memory = each->result.at("memory");
    const json& start = memory.at("constructor_adds");
    const json& end = memory.at("everything_adds");
    const double taken = memory.at("shared_memory_taken").get<double>() / each->result.at("ranks").get<double>();
    print_row({first_cell(each->result, by_segment), mebibytes(median(memory.at("process_before").at("private_bytes"))),
               kibibytes(median(start.at("heap_bytes"))), mebibytes(median(start.at("virtual_bytes"))),
               text(median(start.at("descriptors")), 0), kibibytes(median(end.at("private_bytes"))),
               kibibytes(median(end.at("heap_bytes"))), kibibytes(median(end.at("segments_bytes"))), mebibytes(taken)});
  }
}

void print_communicators(const std::vector<const job*>& jobs) {
  print_head("MPI alone: a communicator as the runtime makes one, and an exchange in it", {"ranks", "heap, KiB"});
  for (const job* each : jobs) {
    print_row({first_cell(each->result, false), kibibytes(median(each->result.at("communicator").at("heap_bytes")))});
  }
}

void print_barriers(const std::vector<const job*>& jobs, const std::string& title, const std::string& first,
                    bool by_segment) {
  print_head("Barrier, " + title + ", microseconds",
             {first, "Liana, least", "Liana, median", "MPI, least", "MPI, median", "ratio of the least"});
  for (const job* each : jobs) {
    const json& own = each->result.at("barrier").at("liana");
    const json& mpi = each->result.at("barrier").at("mpi");
    print_row({first_cell(each->result, by_segment), microseconds(least(own)), microseconds(median(own)),
               microseconds(least(mpi)), microseconds(median(mpi)), text(least(own) / least(mpi), 2)});
  }
}

std::string cell(const json& row, const char* key) { return row.contains(key) ? microseconds(least(row.at(key))) : ""; }

void print_sharers(const std::vector<const job*>& jobs, const std::string& title, const std::string& first,
                   bool by_segment) {
  print_head("Miss and invalidation of an object of 64 B, " + title + ", microseconds: least of many windows",
             {first, "other hosts that share it", "read miss", "write at its home", "write from another host"});
  for (const job* each : jobs) {
    for (const json& row : each->result.at("sharers")) {
      print_row({first_cell(each->result, by_segment), std::to_string(row.at("sharers").get<int>()),
                 cell(row, "read_miss"), cell(row, "write_at_home"), cell(row, "write_far")});
    }
  }
}

void print_block_sizes(const json& result) {
  print_head("Miss and write by size of the block, 2 ranks, microseconds: least of many windows",
             {"block, bytes", "read miss", "write at its home, one sharer", "memcpy", "read miss / memcpy"});
  for (const json& row : result.at("block_sizes")) {
    print_row({std::to_string(row.at("block_bytes").get<std::uint64_t>()), cell(row, "read_miss"), cell(row, "write"),
               cell(row, "memcpy"), text(least(row.at("read_miss")) / least(row.at("memcpy")), 1)});
  }
}

/// How busy the machine was: the load counts the jobs themselves.
void print_machine(const std::vector<job>& jobs) {
  std::vector<double> loads;
  std::transform(jobs.begin(), jobs.end(), std::back_inserter(loads),
                 [](const job& each) { return each.result.at("machine").at("load").get<double>(); });
  const auto [lowest, highest] = std::minmax_element(loads.begin(), loads.end());
  std::printf("%u processors, load %s to %s\n", jobs.front().result.at("machine").at("processors").get<unsigned>(),
              text(*lowest, 1).c_str(), text(*highest, 1).c_str());
}

void print_all(const std::vector<job>& jobs) {
  print_machine(jobs);
  const auto by_ranks = [](const json& of) { return of.at("ranks").get<std::uint64_t>(); };
  const auto by_bytes = [](const json& of) { return bytes_of(of.at("segment_bytes").get<std::string>()); };
  const auto near = select(jobs, "ranks-near-", by_ranks);
  const auto far = select(jobs, "ranks-far-", by_ranks);
  const auto segments = select(jobs, "segment-", by_bytes);
  const std::string of_ranks = "all near";
  const std::string each = "each rank a host";
  print_starts(near, of_ranks, "ranks", false);
  print_starts(far, each, "ranks", false);
  print_starts(segments, "2 ranks, by the segment of each", "segment", true);
  print_memory(near, of_ranks, "ranks", false);
  print_memory(far, each, "ranks", false);
  print_memory(segments, "2 ranks, by the segment of each", "segment", true);
  print_communicators(select(jobs, "mpi-", by_ranks));
  print_barriers(near, of_ranks, "ranks", false);
  print_barriers(far, each, "ranks", false);
  print_barriers(segments, "2 ranks, by the segment of each", "segment", true);
  print_sharers(far, each, "ranks", false);
  print_sharers(segments, "2 ranks, by the segment of each", "segment", true);
  for (const job* blocks : select(jobs, "blocks", by_ranks)) {
    print_block_sizes(blocks->result);
  }
}

void merge(const std::vector<job>& jobs, const std::string& file) {
  json all;
  for (const job& each : jobs) {
    all[each.name] = each.result;
  }
  std::ofstream to(file);
  to << all.dump(2) << "\n";
  if (!to.flush()) {
    throw std::runtime_error("cannot write " + file);
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Tables of what growth_benchmark measured");
  std::vector<std::string> files;
  std::string merged;
  app.add_option("files", files, "Results, named as `growth` names them")->required();
  app.add_option("--merge", merged, "File for all of them together");
  CLI11_PARSE(app, argc, argv);
  try {
    std::vector<job> jobs;
    std::transform(files.begin(), files.end(), std::back_inserter(jobs), read_job);
    print_all(jobs);
    if (!merged.empty()) {
      merge(jobs, merged);
    }
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "growth_report: %s\n", problem.what());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
