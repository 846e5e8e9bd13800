#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <liana/liana.hpp>

#include "benchmarks/mpi_window.hpp"
#include "benchmarks/windows.hpp"

/// What bulk_benchmark measures, by subject; its menu is on top of bulk_benchmark.cpp. Each function adds the
/// benchmarks of its subject, after a collective set-up. They need a runtime, whose end follows `job::measure`.
namespace liana::benchmarks::bulk {

inline constexpr int neighbour = 1;  ///< the rank whose memory the leader measures

using word = std::uint64_t;

/// What each rank has of each array and window: 64 MiB, 1 MiB with --quick.
std::size_t part_bytes(const job& here);

/// What `memory` needs of each rank.
options memory_options(const job& here);

/// The memory that most subjects share. Collective, as is its end.
class memory {
 public:
  explicit memory(const job& here);

  std::size_t words;    ///< of each rank, in each of what follows
  array<word> read;     ///< blocks of 4 KiB; never written after the set-up
  array<word> written;  ///< blocks of 4 KiB
  mpi_window shared;
  mpi_window created;
  std::vector<word> buffer;  ///< private

  /// Whether the neighbour is on the leader's host.
  [[nodiscard]] bool near() const { return near_; }

  /// On the leader: element `i` of `read` where a read of Liana finds it, which is at its home, or, of a far home, the
  /// replica here.
  [[nodiscard]] const word* where_read(std::size_t i) const;

  /// On the leader: memory of which a `put` to the neighbour's part of `written` could be a plain store. Far memory has
  /// no address; what MPI shares stands in.
  [[nodiscard]] word* where_written() const;

  /// On the leader: replicas of the neighbour's part of `read`, in pieces that are contiguous.
  [[nodiscard]] const std::vector<std::span<const word>>& replicas() const { return pieces_; }

 private:
  bool near_;
  std::optional<read_view<word>> replicas_;  ///< stays open, so that there are replicas and they stay where they are
  std::vector<std::span<const word>> pieces_;
};

void add_transfers(job& here, memory& of);  ///< get and put of ranges by size
void add_misses(job& here, memory& of);     ///< far only: get of a range that the neighbour has just written
void add_gather(job& here, memory& of);     ///< random elements read
void add_scatter(job& here, memory& of);    ///< random elements written
void add_views(job& here, memory& of);      ///< a view over everything of the neighbour
void add_own_part(job& here, memory& of);   ///< write_local

}  // namespace liana::benchmarks::bulk
