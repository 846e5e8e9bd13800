#include "runtime/info/machine_report.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "runtime/job/sizes.hpp"
#include "runtime/state/segment_layout.hpp"
#include "transport/shared_segment.hpp"
#include "transport/transport.hpp"

namespace liana::detail {
namespace {

constexpr double mebibyte = 1024 * 1024;

double in_mebibytes(std::uint64_t bytes) { return static_cast<double>(bytes) / mebibyte; }

/// The first line of a file of the system, or why it cannot be read.
std::string first_line(const char* path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) {
    return fmt::format("not known: {} cannot be read", path);
  }
  return line;
}

/// A field of /proc/meminfo with its unit, such as `HugePages_Total`.
std::string memory_field(const std::string& name) {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name + ":")) {
      const auto start = line.find_first_not_of(' ', name.size() + 1);
      return start == std::string::npos ? std::string() : line.substr(start);
    }
  }
  return "not known";
}

std::string limit_text(rlim_t limit) {
  return limit == RLIM_INFINITY ? "unlimited" : fmt::format("{:.1f} MiB", in_mebibytes(limit));
}

std::string locked_memory() {
  rlimit limit = {};
  if (::getrlimit(RLIMIT_MEMLOCK, &limit) != 0) {
    return fmt::format("not known: getrlimit(RLIMIT_MEMLOCK) failed: {}", std::generic_category().message(errno));
  }
  return fmt::format("{} (hard limit {}); an RDMA device locks a rank's whole segment{}", limit_text(limit.rlim_cur),
                     limit_text(limit.rlim_max), ::geteuid() == 0 ? "; the limit does not apply to root" : "");
}

std::string room_text(const memory_room& room) {
  std::string text = room.shared_memory == memory_room::unlimited
                         ? "no limit on /dev/shm"
                         : fmt::format("{:.1f} MiB free in /dev/shm", in_mebibytes(room.shared_memory));
  if (room.control_group != memory_room::unlimited) {
    text += fmt::format(", {:.1f} MiB left to the control group", in_mebibytes(room.control_group));
  }
  return text;
}

std::string shared_memory(const topology& machine, const configuration& settings, int ranks_here) {
  try {
    const memory_room room = find_room(machine, settings.transport == transport_choice::verbs);
    const segment_sizes sizes = choose_sizes(settings, room, ranks_here);
    const auto layout = segment_layout::make(sizes.segment, sizes.cache, settings.validity_words);
    const std::uint64_t needed = layout.bytes * static_cast<std::uint64_t>(ranks_here);
    const bool enough = needed <= room.shared_memory && needed <= room.control_group && layout.bytes <= room.file_size;
    return fmt::format(
        "{}; {} rank{} here may take up to {:.1f} MiB, each a segment of {:.1f} and a cache of {:.1f} "
        "MiB: {}",
        room_text(room), ranks_here, ranks_here == 1 ? "" : "s", in_mebibytes(needed), in_mebibytes(sizes.segment),
        in_mebibytes(sizes.cache), enough ? "enough" : "TOO LITTLE");
  } catch (const transport::unavailable& problem) {
    return problem.what();
  }
}

/// How a setting that can be left open, or has a unit, reads when it holds by default.
std::string value_text(const configuration& settings, setting id) {
  const provenance& where = settings.provenance_of(id);
  return where.from == origin::default_value ? std::string(describe(id).default_text) : where.text;
}

/// liana-info has no options in code.
const char* origin_text(const configuration& settings, setting id) {
  return settings.provenance_of(id).from == origin::environment ? "environment" : "default";
}

}  // namespace

std::string describe_host(const topology& machine, const configuration& settings, int ranks_here) {
  std::string text;
  const auto line = [&text](const char* what, const std::string& value) {
    fmt::format_to(std::back_inserter(text), "  {:<22}{}\n", what, value);
  };
  line("processors",
       fmt::format(
           "{} cores, {} hardware threads for this process; {} hardware threads for all ranks of the job on this host",
           machine.cores(), machine.processing_units(), machine.host_processing_units()));
  line("waits", machine.oversubscribed(ranks_here)
                    ? fmt::format("{} ranks are more than that: they yield the processor at once", ranks_here)
                    : std::string("spin for some microseconds, then yield the processor"));
  line("NUMA nodes", fmt::format("{}; this process is near node {}", machine.numa_nodes(), machine.numa_node()));
  line("shared memory", shared_memory(machine, settings, ranks_here));
  line("locked memory", locked_memory());
  line("huge pages",
       fmt::format("{} of {} free, {} each; transparent ones for shared memory: {}", memory_field("HugePages_Free"),
                   memory_field("HugePages_Total"), memory_field("Hugepagesize"),
                   first_line("/sys/kernel/mm/transparent_hugepage/shmem_enabled")));
  return text;
}

std::string describe_settings(const configuration& settings) {
  std::string text;
  for (std::size_t i = 0; i < setting_count; ++i) {
    const auto id = static_cast<setting>(i);
    const setting_description& row = describe(id);
    if (row.for_tests && settings.provenance_of(id).from == origin::default_value) {
      continue;
    }
    fmt::format_to(std::back_inserter(text), "  {:<22}{:<14}{:<13}{}\n", row.variable, value_text(settings, id),
                   origin_text(settings, id), row.accepted);
  }
  return text;
}

}  // namespace liana::detail
