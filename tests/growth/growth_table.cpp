// Prints the computed tables of benchmarks/growth.md: what one rank needs in jobs too large for any machine here.
//
//     growth_table [--ranks-per-host 128] [--segment-mib 1024] [--cache-mib 256]

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <liana/detail/address.hpp>

#include "tests/growth/computed.hpp"

namespace {

using liana::rank_t;
using liana_tests::growth::job_shape;
using liana_tests::growth::part;
using liana_tests::growth::place;

constexpr std::array<rank_t, 9> sizes{64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384};

/// A number of bytes in the unit that suits it.
std::string bytes_text(std::uint64_t bytes) {
  static constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < units.size(); ++unit) {
    value /= 1024;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f %s", value < 10 && unit != 0 ? 1 : 0, value, units[unit]);
  return text.data();
}

void print_row(const std::vector<std::string>& cells) {
  std::printf("|");
  for (const std::string& each : cells) {
    std::printf(" %s |", each.c_str());
  }
  std::printf("\n");
}

/// A line of the table for each of what `cell` tells of each job.
class table {
 public:
  table(const char* title, const std::vector<job_shape>& jobs) : jobs_(jobs) {
    std::printf("\n%s\n\n", title);
    std::vector<std::string> head{"ranks"};
    std::transform(jobs.begin(), jobs.end(), std::back_inserter(head),
                   [](const job_shape& each) { return std::to_string(each.ranks); });
    print_row(head);
    std::vector<std::string> line(head.size(), "---:");
    line.front() = "---";
    print_row(line);
  }

  template <class Cell>
  void row(const std::string& name, Cell cell) const {
    std::vector<std::string> cells{name};
    std::transform(jobs_.begin(), jobs_.end(), std::back_inserter(cells), cell);
    print_row(cells);
  }

 private:
  const std::vector<job_shape>& jobs_;
};

/// All parts of one place, and their sum.
void print_parts(const char* title, place where, const std::vector<job_shape>& jobs) {
  const table rows(title, jobs);
  const std::vector<part> parts = runtime_parts(jobs.front());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].where == where) {
      rows.row(parts[i].what + " (grows with: " + parts[i].grows_with + ")",
               [i](const job_shape& of) { return bytes_text(runtime_parts(of)[i].bytes); });
    }
  }
  rows.row("**together**", [where](const job_shape& of) {
    std::uint64_t sum = 0;
    for (const part& each : runtime_parts(of)) {
      sum += each.where == where ? each.bytes : 0;
    }
    return bytes_text(sum);
  });
}

void print_verbs(const std::vector<job_shape>& jobs) {
  using liana_tests::growth::verbs_parts;
  // Those of a ConnectX-5, as ibv_devinfo -v prints them.
  const liana_tests::growth::verbs_limits device{
      .queue_pairs = 262144, .completion_entries = 4194303, .requests = 32768, .inline_bytes = 64};
  const table rows("Transport `verbs` on a device with 262,144 queue pairs and 4,194,303 completions in a queue", jobs);
  rows.row("queue pairs of a rank", [&](const job_shape& of) { return std::to_string(of.ranks + 1); });
  rows.row("queue pairs of a host", [&](const job_shape& of) {
    return std::to_string(static_cast<std::int64_t>(of.near_ranks()) * (of.ranks + 1));
  });
  rows.row("does the device have as many?",
           [&](const job_shape& of) { return verbs_parts(of, device).refused.empty() ? "yes" : "**no**"; });
  rows.row("requests that a queue pair holds",
           [&](const job_shape& of) { return std::to_string(verbs_parts(of, device).send_depth); });
  rows.row("connections in Liana, private memory",
           [&](const job_shape& of) { return bytes_text(verbs_parts(of, device).heap_bytes); });
  rows.row("queues of the device, at 64 bytes an entry",
           [&](const job_shape& of) { return bytes_text(verbs_parts(of, device).device_bytes); });
}

void print_counts(const std::vector<job_shape>& jobs) {
  using liana_tests::growth::most_invalidated;
  const table rows("Counts", jobs);
  rows.row("hosts", [](const job_shape& of) { return std::to_string(of.hosts()); });
  rows.row("open files of a rank, and mapped segments",
           [](const job_shape& of) { return std::to_string(of.near_ranks()); });
  rows.row("messages of a rank in a barrier, one after the other",
           [](const job_shape& of) { return std::to_string(liana_tests::growth::barrier_rounds(of.ranks)); });
  for (const rank_t sharing : {1, 4, 20}) {
    rows.row("hosts told of a write when " + std::to_string(sharing) + (sharing == 1 ? " shares" : " share"),
             [sharing](const job_shape& of) { return std::to_string(most_invalidated(of, sharing)); });
  }
  rows.row("bytes of a directory entry for all sharers", [](const job_shape&) { return "40"; });
  rows.row("bytes that each rank keeps of each array", [](const job_shape& of) {
    return bytes_text(static_cast<std::uint64_t>(of.ranks) * sizeof(std::uint64_t));
  });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("What one rank needs in large jobs, computed from the runtime's structures");
  rank_t ranks_per_host = 128;
  std::size_t segment_mebibytes = 1024;
  std::size_t cache_mebibytes = 256;
  app.add_option("--ranks-per-host", ranks_per_host, "Ranks on each host")->check(CLI::Range(1, 16384));
  app.add_option("--segment-mib", segment_mebibytes, "LIANA_SEGMENT_BYTES, in MiB")->check(CLI::Range(1, 1 << 23));
  app.add_option("--cache-mib", cache_mebibytes, "LIANA_CACHE_BYTES, in MiB")->check(CLI::Range(1, 1 << 23));
  CLI11_PARSE(app, argc, argv);

  std::vector<job_shape> jobs;
  jobs.reserve(sizes.size());
  for (const rank_t each : sizes) {
    jobs.push_back({.ranks = each,
                    .ranks_per_host = ranks_per_host,
                    .segment_bytes = segment_mebibytes << 20U,
                    .cache_bytes = cache_mebibytes << 20U});
  }
  std::printf("%d ranks on each host, segments of %zu MiB, caches of %zu MiB\n", ranks_per_host, segment_mebibytes,
              cache_mebibytes);
  print_parts("Private memory of a rank, without the transport's connections", place::heap, jobs);
  print_parts("Address space of a rank", place::address_space, jobs);
  print_parts("Memory of the kernel for a rank", place::kernel, jobs);
  print_parts("Shared memory of a rank, from the start, besides what is allocated", place::shared, jobs);
  print_verbs(jobs);
  print_counts(jobs);
  return 0;
}
