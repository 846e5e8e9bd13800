#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace liana::detail {

/// The machine as this process finds it, and where in it the process runs. The only part of Liana that knows hwloc.
///
/// Taken once, at construction; a process that is bound elsewhere afterwards is not noticed. I/O devices are left out
/// until they are asked for, because finding them takes longer than everything else. Thread safety: const members may
/// be called from several threads.
class topology {
 public:
  /// Throws `resource_error` where hwloc cannot read the machine.
  topology();
  ~topology();
  topology(topology&& other) noexcept;
  topology& operator=(topology&& other) noexcept;
  topology(const topology&) = delete;
  topology& operator=(const topology&) = delete;

  /// Cores, and hardware threads, that the threads of this process may run on: at least 1.
  [[nodiscard]] int cores() const noexcept { return cores_; }
  [[nodiscard]] int processing_units() const noexcept { return processing_units_; }

  /// Hardware threads of the host that processes of this job's control group may use together, counting a limit on CPU
  /// time (cpu.max) as that many hardware threads, rounded up: at least 1.
  [[nodiscard]] int host_processing_units() const noexcept { return host_processing_units_; }

  /// NUMA nodes of the host that hold memory this process may use: at least 1.
  [[nodiscard]] int numa_nodes() const noexcept { return numa_nodes_; }

  /// Number, as the system counts, of the NUMA node near which this process runs: the one it is bound to, otherwise
  /// that of the processor on which the calling thread was at construction.
  [[nodiscard]] int numa_node() const noexcept { return numa_node_; }

  /// One bit per hardware thread of the machine, set where this process may run. As long on every rank of a host, so
  /// that the ranks can unite theirs.
  [[nodiscard]] std::span<const std::uint64_t> processing_unit_mask() const noexcept { return mask_; }

  /// Prefers, for the pages of [address, address + bytes) that are not touched yet, the memory of `numa_node()`. Pages
  /// lie elsewhere only where that is full. Returns whether the system accepted: on a host with one NUMA node there is
  /// nothing to do and it returns false. A refusal, usual in containers, costs speed only and is a message at level
  /// debug with the reason.
  bool bind_memory_near(void* address, std::size_t bytes) const;

  /// Bytes that the processes of this job's control group may still take, by memory.max; empty where nothing limits
  /// them.
  [[nodiscard]] std::optional<std::uint64_t> group_memory_left() const;

  /// How far the I/O devices of these names (RDMA devices: `mlx5_0`) are from `numa_node()`: 0 beside it, 1 in the same
  /// package, 2 elsewhere, 3 not known, as with devices of software. Reads the machine's I/O devices anew, which takes
  /// long; where that fails, none is known.
  [[nodiscard]] std::vector<int> device_distances(std::span<const std::string> names) const;

  /// True if `ranks_on_host` ranks, each wanting a hardware thread, do not all find one: waits then have to yield.
  /// `united_mask` is the union of the ranks' `processing_unit_mask()`; without it, all that the host offers counts,
  /// which is too much where something confined the whole job to a few (`taskset ... mpirun`).
  [[nodiscard]] bool oversubscribed(int ranks_on_host, std::span<const std::uint64_t> united_mask = {}) const;

 private:
  struct machine;

  std::unique_ptr<machine> machine_;
  std::vector<std::uint64_t> mask_;
  int cores_ = 0;
  int processing_units_ = 0;
  int host_processing_units_ = 0;
  int cpu_time_limit_ = 0;
  int numa_nodes_ = 0;
  int numa_node_ = 0;
};

}  // namespace liana::detail
