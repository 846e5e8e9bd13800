#include "benchmarks/mpi_window.hpp"

#include <array>
#include <cstdio>
#include <cstring>
#include <utility>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

namespace liana::benchmarks {

namespace {

/// Says on rank 0, once, that MPI refused a window.
void report_refusal(MPI_Comm over, int error) {
  static bool reported = false;
  int rank = 0;
  MPI_Comm_rank(over, &rank);
  if (rank != 0 || std::exchange(reported, true)) {
    return;
  }
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  MPI_Error_string(error, text.data(), &length);
  const auto note =
      fmt::format("not available, {}; with OMPI_MCA_btl_vader_single_copy_mechanism=cma it may be", text.data());
  fmt::print(stderr, "MPI_Win_create: {}. What needs it is not measured.\n", note);
  benchmark::AddCustomContext("mpi_win_create", note);
}

}  // namespace

mpi_window::mpi_window(MPI_Comm over, kind which, std::size_t bytes) {
  const auto size = static_cast<MPI_Aint>(bytes);
  if (which == kind::shared) {
    void* memory = nullptr;
    MPI_Win_allocate_shared(size, 1, MPI_INFO_NULL, over, static_cast<void*>(&memory), &handle_);
    own_ = static_cast<std::byte*>(memory);
  } else {
    memory_.resize(bytes);
    own_ = memory_.data();
    MPI_Errhandler before = MPI_ERRHANDLER_NULL;
    MPI_Comm_get_errhandler(over, &before);
    MPI_Comm_set_errhandler(over, MPI_ERRORS_RETURN);
    const int error = MPI_Win_create(own_, size, 1, MPI_INFO_NULL, over, &handle_);
    MPI_Comm_set_errhandler(over, before);
    MPI_Errhandler_free(&before);
    if (error != MPI_SUCCESS) {
      handle_ = MPI_WIN_NULL;
      report_refusal(over, error);
      return;
    }
  }
  std::memset(own_, 1, bytes);
  MPI_Barrier(over);
  MPI_Win_lock_all(MPI_MODE_NOCHECK, handle_);
}

mpi_window::~mpi_window() {
  if (handle_ != MPI_WIN_NULL) {
    MPI_Win_unlock_all(handle_);
    MPI_Win_free(&handle_);
  }
}

std::byte* mpi_window::of(int rank) const {
  MPI_Aint bytes = 0;
  int unit = 0;
  void* memory = nullptr;
  MPI_Win_shared_query(handle_, rank, &bytes, &unit, static_cast<void*>(&memory));
  return static_cast<std::byte*>(memory);
}

}  // namespace liana::benchmarks
