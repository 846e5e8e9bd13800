#pragma once

#include <cstddef>
#include <vector>

#include <mpi.h>

namespace liana::benchmarks {

/// One-sided memory of MPI, as much on every rank, locked for all as long as it lives: passive target. Collective, and
/// not movable.
class mpi_window {
 public:
  enum class kind {
    shared,  ///< MPI_Win_allocate_shared: Open MPI's osc sm, loads and stores
    created  ///< MPI_Win_create over memory of the program, the default
  };

  /// Where MPI cannot make a window of this kind, as Open MPI cannot create one when it may neither copy between
  /// processes nor emulate it, there is none, and rank 0 says so on the terminal and in the context of the report.
  mpi_window(MPI_Comm over, kind which, std::size_t bytes);
  ~mpi_window();
  mpi_window(const mpi_window&) = delete;
  mpi_window& operator=(const mpi_window&) = delete;

  /// Whether there is a window; without one nothing below may be called.
  [[nodiscard]] explicit operator bool() const { return handle_ != MPI_WIN_NULL; }

  [[nodiscard]] MPI_Win handle() const { return handle_; }

  /// This rank's memory, or another rank's as this one sees it: of a shared window only.
  [[nodiscard]] std::byte* own() const { return own_; }
  [[nodiscard]] std::byte* of(int rank) const;

  /// MPI_Get and MPI_Put of whole words from or to `rank`, and the flush that completes them.
  void get(int rank, std::size_t offset, void* into, std::size_t bytes) const;
  void put(int rank, std::size_t offset, const void* from, std::size_t bytes) const;

 private:
  MPI_Win handle_ = MPI_WIN_NULL;
  std::byte* own_ = nullptr;
  std::vector<std::byte> memory_;  ///< of a created window
};

inline void mpi_window::get(int rank, std::size_t offset, void* into, std::size_t bytes) const {
  const auto words = static_cast<int>(bytes / 8);
  MPI_Get(into, words, MPI_UINT64_T, rank, static_cast<MPI_Aint>(offset), words, MPI_UINT64_T, handle_);
  MPI_Win_flush(rank, handle_);
}

inline void mpi_window::put(int rank, std::size_t offset, const void* from, std::size_t bytes) const {
  const auto words = static_cast<int>(bytes / 8);
  MPI_Put(from, words, MPI_UINT64_T, rank, static_cast<MPI_Aint>(offset), words, MPI_UINT64_T, handle_);
  MPI_Win_flush(rank, handle_);
}

}  // namespace liana::benchmarks
