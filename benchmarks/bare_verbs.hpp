// One queue pair from rank 0 to rank 1 by verbs alone: the device's own limit, to hold Liana against. Nothing of Liana
// is used here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <mpi.h>

namespace bare {

/// A connection between ranks 0 and 1 of `comm`, over which rank 0 reads memory of rank 1. Made by both together. One
/// thread.
class connection {
 public:
  /// Registers `bytes` of memory. Takes the device and GID that LIANA_DEVICE and LIANA_GID_INDEX name, else the first
  /// device and its first GID of RoCE v2 over IPv4, over InfiniBand the first. Ends the program when something fails.
  connection(MPI_Comm comm, std::size_t bytes);
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  connection(connection&&) = delete;
  connection& operator=(connection&&) = delete;
  ~connection();

  /// Rank 0: one RDMA READ, until it is in.
  void read(std::size_t bytes);

  /// Rank 0: a compare-and-swap and an RDMA READ behind it, with one doorbell, until both are in.
  void swap_and_read(std::size_t bytes);

  /// Rank 0: what a read miss consists of, as one chain: a write of a byte, a READ of 64 bytes and one of `bytes`.
  void mark_and_read(std::size_t bytes);

  /// Rank 0: pieces of `piece` bytes at each of `offsets`, `width` of them under way, handed over one by one.
  void read_scattered(std::span<const std::size_t> offsets, std::size_t piece, std::size_t width);

  /// Rank 0: all of `bytes` in pieces, `width` of them under way, handed over one by one.
  void read_pipelined(std::size_t bytes, std::size_t piece, std::size_t width);

 private:
  struct resources;
  std::unique_ptr<resources> self_;
};

}  // namespace bare
