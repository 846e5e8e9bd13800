// The input is what the kernel says of a control group: cpu.max on the first line, cpu.cfs_quota_us and
// cpu.cfs_period_us on the second and third, and then /proc/self/cgroup.
#include "runtime/machine/cgroup.hpp"

#include <array>
#include <cmath>
#include <fstream>

#include "tests/fuzz/targets/support.hpp"

namespace {

namespace fs = std::filesystem;

/// Stands for / of a system. After a crash run.sh removes it.
class system_files {
 public:
  system_files() {
    std::string name = (fs::temp_directory_path() / "cgroup_XXXXXX").string();
    fuzz::require(mkdtemp(name.data()) != nullptr, "a directory can be made", name);
    root_ = name;
    fs::create_directories(root_ / "proc/self");
    fs::create_directories(root_ / "sys/fs/cgroup/cpu");
  }
  ~system_files() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  system_files(const system_files&) = delete;
  system_files& operator=(const system_files&) = delete;

  [[nodiscard]] const fs::path& root() const { return root_; }

  void write(const char* path, const std::string& text) const {
    fuzz::require(static_cast<bool>(std::ofstream(root_ / path) << text << std::flush), "a file can be written", path);
  }

 private:
  fs::path root_;
};

}  // namespace

void fuzz::try_input(std::string_view input) {
  static const system_files files;
  std::string_view rest = input;
  for (const char* path :
       {"sys/fs/cgroup/cpu.max", "sys/fs/cgroup/cpu/cpu.cfs_quota_us", "sys/fs/cgroup/cpu/cpu.cfs_period_us"}) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    files.write(path, std::string(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  files.write("proc/self/cgroup", std::string(rest));
  const auto limit = liana::detail::cgroup_cpu_limit(files.root());
  fuzz::require(!limit || (std::isfinite(*limit) && *limit > 0), "a limit is a time");
}
