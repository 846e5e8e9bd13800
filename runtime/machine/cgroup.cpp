#include "runtime/machine/cgroup.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace liana::detail {
namespace {

namespace fs = std::filesystem;

void take_smaller(std::optional<double>& limit, std::int64_t quota, std::int64_t period) {
  // Version 1 says -1 where there is no limit.
  if (quota > 0 && period > 0) {
    const double processors = static_cast<double>(quota) / static_cast<double>(period);
    limit = std::min(limit.value_or(processors), processors);
  }
}

void read_cpu_version_2(const fs::path& directory, std::optional<double>& limit) {
  // "max 100000", which reads as no number, or "150000 100000".
  std::int64_t quota = 0;
  std::int64_t period = 0;
  if (std::ifstream(directory / "cpu.max") >> quota >> period) {
    take_smaller(limit, quota, period);
  }
}

void read_cpu_version_1(const fs::path& directory, std::optional<double>& limit) {
  std::int64_t quota = 0;
  std::int64_t period = 0;
  if (std::ifstream(directory / "cpu.cfs_quota_us") >> quota &&
      std::ifstream(directory / "cpu.cfs_period_us") >> period) {
    take_smaller(limit, quota, period);
  }
}

/// Reads the group and all above it. In a container the group may be named as the host sees it, a path that does not
/// exist inside; then the walk reaches those that do, at the latest the top, which there is the container's own.
template <class Read, class Value>
void walk_up(const fs::path& top, const std::string& group, Read read, std::optional<Value>& limit) {
  fs::path relative = fs::path(group).relative_path();
  while (!relative.empty()) {
    read(top / relative, limit);
    relative = relative.parent_path();
  }
  read(top, limit);
}

bool names(const std::string& controllers, std::string_view controller) {
  std::istringstream list(controllers);
  for (std::string name; std::getline(list, name, ',');) {
    if (name == controller) {
      return true;
    }
  }
  return false;
}

/// What a file of `name value` lines says; 0 where it does not.
std::uint64_t field_of(const fs::path& file, std::string_view searched) {
  std::ifstream lines(file);
  std::string name;
  for (std::uint64_t value = 0; lines >> name >> value;) {
    if (name == searched) {
      return value;
    }
  }
  return 0;
}

void take_left(const fs::path& directory, const char* limit_file, const char* used_file, const char* of_files,
               std::optional<std::uint64_t>& left) {
  // "max" reads as no number. Version 1 says about 2^63 where there is no limit.
  constexpr std::uint64_t no_limit = std::uint64_t{1} << 62U;
  std::uint64_t limit = 0;
  std::uint64_t used = 0;
  if (std::ifstream(directory / limit_file) >> limit && limit < no_limit &&
      std::ifstream(directory / used_file) >> used) {
    used -= std::min(used, field_of(directory / "memory.stat", of_files));
    const std::uint64_t here = limit - std::min(limit, used);
    left = std::min(left.value_or(here), here);
  }
}

void read_memory_version_2(const fs::path& directory, std::optional<std::uint64_t>& left) {
  take_left(directory, "memory.max", "memory.current", "inactive_file", left);
}

void read_memory_version_1(const fs::path& directory, std::optional<std::uint64_t>& left) {
  take_left(directory, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file", left);
}

/// The smallest limit of a controller that the readers of both versions find.
template <class Value, class Read2, class Read1>
std::optional<Value> least_of(const fs::path& root, const char* controller, Read2 version_2, Read1 version_1) {
  std::optional<Value> limit;
  const fs::path mounts = root / "sys/fs/cgroup";
  std::ifstream groups(root / "proc/self/cgroup");
  // Lines of number:controllers:group, version 2 being the one without controllers.
  for (std::string line; std::getline(groups, line);) {
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) {
      continue;
    }
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (controllers.empty()) {
      walk_up(mounts, group, version_2, limit);
    } else if (names(controllers, controller)) {
      walk_up(mounts / controller, group, version_1, limit);
    }
  }
  return limit;
}

}  // namespace

std::optional<double> cgroup_cpu_limit(const fs::path& root) {
  return least_of<double>(root, "cpu", read_cpu_version_2, read_cpu_version_1);
}

std::optional<std::uint64_t> cgroup_memory_left(const fs::path& root) {
  return least_of<std::uint64_t>(root, "memory", read_memory_version_2, read_memory_version_1);
}

}  // namespace liana::detail
