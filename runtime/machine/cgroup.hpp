#pragma once

#include <filesystem>
#include <optional>

namespace liana::detail {

/// The CPU time that this process's control group may use, in processors: 1.5 is one and a half seconds per second. The
/// smallest limit of the group and those above it, in version 2 (cpu.max) and version 1 (cpu.cfs_quota_us). Empty where
/// nothing limits it or the system shows no control groups. `root` stands before /proc and /sys, for tests.
std::optional<double> cgroup_cpu_limit(const std::filesystem::path& root = "/");

/// Bytes of memory that this process's control group may still take: the least of what is left to the group and those
/// above it, in version 2 (memory.max) and version 1 (memory.limit_in_bytes). What the kernel keeps of files only to be
/// quick counts as left. Empty where nothing limits it. `root` as above.
std::optional<std::uint64_t> cgroup_memory_left(const std::filesystem::path& root = "/");

}  // namespace liana::detail
