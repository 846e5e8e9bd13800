#include "runtime/machine/topology.hpp"

#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <liana/error.hpp>

#include "runtime/machine/cgroup.hpp"
#include "runtime/report/log.hpp"

namespace liana::detail {
namespace {

namespace fs = std::filesystem;

int bits_set(std::span<const std::uint64_t> mask) {
  return std::accumulate(mask.begin(), mask.end(), 0,
                         [](int sum, std::uint64_t word) { return sum + std::popcount(word); });
}

/// Binds all threads of this process, of which a sanitizer may have its own, and undoes it.
class bound_to {
 public:
  explicit bound_to(const cpu_set_t& set) {
    sched_getaffinity(0, sizeof before_, &before_);
    bind(set);
  }
  ~bound_to() { bind(before_); }
  bound_to(const bound_to&) = delete;
  bound_to& operator=(const bound_to&) = delete;

 private:
  static void bind(const cpu_set_t& set) {
    for (const auto& task : fs::directory_iterator("/proc/self/task")) {
      EXPECT_EQ(sched_setaffinity(std::stoi(task.path().filename()), sizeof set, &set), 0);
    }
  }

  cpu_set_t before_{};
};

/// A variable of the environment for as long as this lives. No other thread runs then.
// NOLINTBEGIN(concurrency-mt-unsafe)
class variable {
 public:
  variable(std::string name, const std::string& value) : name_(std::move(name)) {
    setenv(name_.c_str(), value.c_str(), 1);
  }
  ~variable() { unsetenv(name_.c_str()); }
  variable(const variable&) = delete;
  variable& operator=(const variable&) = delete;

 private:
  std::string name_;
};
// NOLINTEND(concurrency-mt-unsafe)

TEST(topology, counts_what_this_process_may_run_on) {
  cpu_set_t affinity;
  ASSERT_EQ(sched_getaffinity(0, sizeof affinity, &affinity), 0);
  const topology here;
  EXPECT_EQ(here.processing_units(), CPU_COUNT(&affinity));
  EXPECT_EQ(bits_set(here.processing_unit_mask()), here.processing_units());
  EXPECT_GE(here.cores(), 1);
  EXPECT_LE(here.cores(), here.processing_units());
  EXPECT_GE(here.host_processing_units(), 1);
  EXPECT_GE(here.numa_nodes(), 1);
  EXPECT_GE(here.numa_node(), 0);
}

TEST(topology, counts_less_when_bound_but_the_host_stays_as_it_is) {
  cpu_set_t affinity;
  ASSERT_EQ(sched_getaffinity(0, sizeof affinity, &affinity), 0);
  std::size_t last = 0;
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    last = CPU_ISSET(cpu, &affinity) ? cpu : last;
  }
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(last, &one);

  const topology before;
  const bound_to binding(one);
  const topology bound;
  EXPECT_EQ(bound.processing_units(), 1);
  EXPECT_EQ(bound.cores(), 1);
  EXPECT_EQ(bound.host_processing_units(), before.host_processing_units());
  ASSERT_EQ(bound.processing_unit_mask().size(), before.processing_unit_mask().size());
  EXPECT_EQ(bound.processing_unit_mask()[last / 64], std::uint64_t{1} << (last % 64));
  EXPECT_EQ(bits_set(bound.processing_unit_mask()), 1);
}

TEST(topology, is_oversubscribed_by_more_ranks_than_the_host_has_processing_units) {
  const topology here;
  EXPECT_FALSE(here.oversubscribed(1));
  EXPECT_FALSE(here.oversubscribed(here.host_processing_units()));
  EXPECT_TRUE(here.oversubscribed(here.host_processing_units() + 1));
}

TEST(topology, is_oversubscribed_by_more_ranks_than_they_may_run_on_together) {
  const topology here;
  EXPECT_FALSE(here.oversubscribed(1, std::vector<std::uint64_t>{0, 1}));
  EXPECT_TRUE(here.oversubscribed(2, std::vector<std::uint64_t>{0, 1}));
}

TEST(topology, can_be_moved) {
  topology first;
  const int units = first.processing_units();
  topology second = std::move(first);
  EXPECT_EQ(second.processing_units(), units);
  second = topology();
  EXPECT_EQ(second.processing_units(), units);
}

TEST(topology, counts_cores_and_nodes_of_a_larger_machine) {
  const variable machine("HWLOC_SYNTHETIC", "pack:2 numa:1 core:40 pu:2");
  const topology large;
  EXPECT_EQ(large.numa_nodes(), 2);
  EXPECT_EQ(large.cores(), 80);
  EXPECT_EQ(large.processing_units(), 160);
  EXPECT_EQ(large.processing_unit_mask().size(), 3U);
  EXPECT_EQ(bits_set(large.processing_unit_mask()), 160);
}

/// A file for as long as this lives.
class temporary_file {
 public:
  explicit temporary_file(const std::string& text) {
    std::string name = (fs::temp_directory_path() / "topology_test_XXXXXX").string();
    const int opened = mkstemp(name.data());
    EXPECT_GE(opened, 0);
    close(opened);
    std::ofstream(name) << text;
    path_ = name;
  }
  ~temporary_file() { fs::remove(path_); }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;

  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

/// An object of hwloc's XML, version 2, for some of four processing units with a NUMA node each. `mask` is of both.
std::string xml_object(const std::string& type, int index, unsigned mask, const std::string& inside) {
  static int objects = 0;
  std::string text = fmt::format(R"(<object type="{}" os_index="{}" gp_index="{}")", type, index, ++objects);
  for (const char* set : {"cpuset", "complete_cpuset", "nodeset", "complete_nodeset"}) {
    text += fmt::format(R"( {}="{:#x}")", set, mask);
  }
  return text + ">" + inside + "</object>\n";
}

/// An RDMA device, in the object that it is put into.
std::string xml_device(const std::string& name) {
  static int devices = 1000;
  return fmt::format(R"(<object type="OSDev" gp_index="{}" name="{}" osdev_type="3"/>)", ++devices, name);
}

/// One of the four parts of the machine: a node, a core and a device that belong together.
std::string xml_part(int index, const std::string& device) {
  const unsigned mask = 1U << static_cast<unsigned>(index);
  const std::string core = xml_object("Core", index, mask, xml_object("PU", index, mask, ""));
  return xml_object("Group", index, mask, xml_object("NUMANode", index, mask, "") + core + xml_device(device));
}

std::string xml_document(const std::string& objects) {
  return R"(<?xml version="1.0"?><!DOCTYPE topology SYSTEM "hwloc2.dtd"><topology version="2.0">)" + objects +
         "</topology>";
}

/// Two packages with two such parts each.
std::string xml_machine() {
  const std::string first = xml_object("Package", 0, 3, xml_part(0, "near_0") + xml_part(1, "same_package_0"));
  const std::string second = xml_object("Package", 1, 12, xml_part(2, "elsewhere_0") + xml_part(3, "elsewhere_1"));
  return xml_document(xml_object("Machine", 0, 15, first + second));
}

TEST(topology, tells_how_far_devices_are) {
  const temporary_file xml(xml_machine());
  const variable machine("HWLOC_XMLFILE", xml.path());
  const topology two_packages;
  ASSERT_EQ(two_packages.numa_nodes(), 4);
  ASSERT_EQ(two_packages.numa_node(), 0);
  const std::vector<std::string> names = {"none_such", "elsewhere_1", "same_package_0", "near_0", "elsewhere_0"};
  const std::vector<int> distances = two_packages.device_distances(names);
  ASSERT_EQ(distances.size(), names.size());
  EXPECT_LT(distances[3], distances[2]) << "beside the rank, and in its package";
  EXPECT_LT(distances[2], distances[1]) << "in its package, and elsewhere";
  EXPECT_EQ(distances[1], distances[4]);
  EXPECT_LT(distances[1], distances[0]) << "elsewhere, and not known";
}

TEST(topology, takes_devices_as_unknown_where_they_cannot_be_read) {
  const topology here;
  const temporary_file xml(xml_document(""));
  const variable machine("HWLOC_XMLFILE", xml.path());
  const std::vector<std::string> names = {"mlx5_0", "mlx5_1"};
  const std::vector<int> distances = here.device_distances(names);
  ASSERT_EQ(distances.size(), 2U);
  EXPECT_EQ(distances[0], distances[1]);
}

TEST(topology, that_cannot_be_read_is_a_resource_error) {
  const temporary_file xml(xml_document(""));
  const variable machine("HWLOC_XMLFILE", xml.path());
  try {
    const topology unreadable;
    FAIL() << "it was read";
  } catch (const resource_error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("hwloc_topology_load"), std::string::npos) << text;
    EXPECT_NE(text.find("lstopo"), std::string::npos) << text;
  }
}

class memory_binding : public testing::Test {
 protected:
  void SetUp() override {
    pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(pages, MAP_FAILED);
    log::start(log_level::debug, 0);
    testing::internal::CaptureStderr();
  }
  void TearDown() override {
    log::stop();
    munmap(pages, bytes);
  }

  static constexpr std::size_t bytes = std::size_t{64} << 10;
  void* pages = nullptr;
};

TEST_F(memory_binding, has_nothing_to_do_on_one_node) {
  const variable machine("HWLOC_SYNTHETIC", "numa:1 core:2 pu:1");
  EXPECT_FALSE(topology().bind_memory_near(pages, bytes));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(memory_binding, is_accepted_where_there_are_nodes) {
  const variable machine("HWLOC_SYNTHETIC", "numa:2 core:2 pu:1");
  EXPECT_TRUE(topology().bind_memory_near(pages, bytes));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(memory_binding, is_no_error_where_the_system_refuses_and_says_why) {
  // Two nodes that this machine, whose real system calls are used, does not have.
  const variable machine("HWLOC_SYNTHETIC", "numa:2(indexes=600,601) core:2 pu:1");
  const variable real("HWLOC_THISSYSTEM", "1");
  EXPECT_FALSE(topology().bind_memory_near(pages, bytes));
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("debug: topology: binding 65536 bytes at 0x"), std::string::npos) << text;
  EXPECT_NE(text.find("was refused: "), std::string::npos) << text;
}

/// A directory that stands for / of a system with control groups.
class cgroup : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "cgroup_test_XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  void TearDown() override { fs::remove_all(root_); }

  void file(const std::string& path, const std::string& text) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  [[nodiscard]] std::optional<double> limit() const { return cgroup_cpu_limit(root_); }
  [[nodiscard]] std::optional<std::uint64_t> memory_left() const { return cgroup_memory_left(root_); }

 private:
  fs::path root_;
};

TEST_F(cgroup, does_not_limit_where_there_is_none) { EXPECT_EQ(limit(), std::nullopt); }

TEST_F(cgroup, of_version_2_limits_by_the_smallest_on_the_way_up) {
  file("proc/self/cgroup", "0::/jobs/7/step\n");
  file("sys/fs/cgroup/jobs/7/step/cpu.max", "max 100000\n");
  EXPECT_EQ(limit(), std::nullopt);
  file("sys/fs/cgroup/jobs/7/cpu.max", "150000 100000\n");
  EXPECT_EQ(limit(), 1.5);
  file("sys/fs/cgroup/jobs/cpu.max", "400000 100000\n");
  EXPECT_EQ(limit(), 1.5);
  file("sys/fs/cgroup/jobs/cpu.max", "100000 100000\n");
  EXPECT_EQ(limit(), 1.0);
}

TEST_F(cgroup, of_version_2_is_read_at_the_top_inside_a_container) {
  file("proc/self/cgroup", "0::/\n");
  file("sys/fs/cgroup/cpu.max", "200000 100000\n");
  EXPECT_EQ(limit(), 2.0);
}

TEST_F(cgroup, of_version_1_is_found_under_a_name_that_only_the_host_knows) {
  file("proc/self/cgroup", "5:memory:/docker/12ab\n4:cpu,cpuacct:/docker/12ab\n3:cpuset:/docker/12ab\n");
  file("sys/fs/cgroup/cpu/cpu.cfs_period_us", "50000\n");
  file("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(limit(), std::nullopt);
  file("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "150000\n");
  EXPECT_EQ(limit(), 3.0);
}

// 150000 / 1e-308 is infinite.
TEST_F(cgroup, leaves_memory_by_the_least_on_the_way_up) {
  EXPECT_EQ(memory_left(), std::nullopt);
  file("proc/self/cgroup", "0::/jobs/7\n");
  file("sys/fs/cgroup/jobs/7/memory.max", "max\n");
  file("sys/fs/cgroup/jobs/7/memory.current", "1000\n");
  EXPECT_EQ(memory_left(), std::nullopt);
  file("sys/fs/cgroup/jobs/memory.max", "1000000\n");
  file("sys/fs/cgroup/jobs/memory.current", "300000\n");
  EXPECT_EQ(memory_left(), 700000U);
  file("sys/fs/cgroup/jobs/7/memory.max", "500000\n");
  EXPECT_EQ(memory_left(), 499000U);
  file("sys/fs/cgroup/jobs/7/memory.current", "600000\n");
  EXPECT_EQ(memory_left(), 0U);
  // The kernel gives that back before it kills.
  file("sys/fs/cgroup/jobs/7/memory.stat", "anon 5\ninactive_file 200000\n");
  EXPECT_EQ(memory_left(), 100000U);
}

TEST_F(cgroup, of_version_1_leaves_memory_too) {
  file("proc/self/cgroup", "5:memory:/docker/12ab\n4:cpu,cpuacct:/docker/12ab\n");
  file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  file("sys/fs/cgroup/memory/memory.usage_in_bytes", "1000\n");
  EXPECT_EQ(memory_left(), std::nullopt);
  file("sys/fs/cgroup/memory/memory.limit_in_bytes", "1000000\n");
  EXPECT_EQ(memory_left(), 999000U);
}

TEST_F(cgroup, limits_by_whole_numbers_only) {
  file("proc/self/cgroup", "0::/\n");
  file("sys/fs/cgroup/cpu.max", "150000 1e-308\n");
  EXPECT_EQ(limit(), 150000.0);
  file("sys/fs/cgroup/cpu.max", "1e400 0.5\n");
  EXPECT_EQ(limit(), std::nullopt);
}

TEST_F(cgroup, is_found_behind_a_line_that_says_nothing) {
  file("proc/self/cgroup", "\nnonsense\n0:nonsense\n0::/jobs\n");
  file("sys/fs/cgroup/jobs/cpu.max", "50000 100000\n");
  EXPECT_EQ(limit(), 0.5);
}

TEST_F(cgroup, of_another_controller_does_not_limit) {
  file("proc/self/cgroup", "4:cpuacct:/\n");
  file("sys/fs/cgroup/cpu/cpu.cfs_period_us", "50000\n");
  file("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n");
  EXPECT_EQ(limit(), std::nullopt);
}

}  // namespace
}  // namespace liana::detail
