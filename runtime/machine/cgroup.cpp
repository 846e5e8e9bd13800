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

void read_version_2(const fs::path& directory, std::optional<double>& limit) {
  // "max 100000", which reads as no number, or "150000 100000".
  std::int64_t quota = 0;
  std::int64_t period = 0;
  if (std::ifstream(directory / "cpu.max") >> quota >> period) {
    take_smaller(limit, quota, period);
  }
}

void read_version_1(const fs::path& directory, std::optional<double>& limit) {
  std::int64_t quota = 0;
  std::int64_t period = 0;
  if (std::ifstream(directory / "cpu.cfs_quota_us") >> quota &&
      std::ifstream(directory / "cpu.cfs_period_us") >> period) {
    take_smaller(limit, quota, period);
  }
}

/// Reads the group and all above it. In a container the group may be named as the host sees it, a path that does not
/// exist inside; then the walk reaches those that do, at the latest the top, which there is the container's own.
template <class Read>
void walk_up(const fs::path& top, const std::string& group, Read read, std::optional<double>& limit) {
  fs::path relative = fs::path(group).relative_path();
  while (!relative.empty()) {
    read(top / relative, limit);
    relative = relative.parent_path();
  }
  read(top, limit);
}

bool names_cpu(const std::string& controllers) {
  std::istringstream list(controllers);
  for (std::string name; std::getline(list, name, ',');) {
    if (name == "cpu") {
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<double> cgroup_cpu_limit(const fs::path& root) {
  std::optional<double> limit;
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
      walk_up(mounts, group, read_version_2, limit);
    } else if (names_cpu(controllers)) {
      walk_up(mounts / "cpu", group, read_version_1, limit);
    }
  }
  return limit;
}

}  // namespace liana::detail
