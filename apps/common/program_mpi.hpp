// What the applications' twins in MPI share: how they begin and end, and calls of MPI.
#pragma once

#include <climits>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <stdexcept>

#include <fmt/core.h>
#include <mpi.h>

#include "ranks.hpp"

namespace apps {

/// The whole of a twin's main: `run(place, argc, argv)` on every rank, between MPI_Init and MPI_Finalize. Returns what
/// `run` returns, which is the exit status. An exception ends the job; `program` is its name in the error message.
template <class Run>
[[nodiscard]] int run_with_mpi(const char* program, int argc, char** argv, Run run) {
  MPI_Init(&argc, &argv);
  try {
    place at{};
    MPI_Comm_rank(MPI_COMM_WORLD, &at.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &at.ranks);
    const int status = run(at, argc, argv);
    MPI_Finalize();
    return status;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", program, error.what());
    MPI_Abort(MPI_COMM_WORLD, EXIT_FAILURE);
    return EXIT_FAILURE;
  }
}

/// A count as MPI takes it. Throws std::runtime_error for more.
[[nodiscard]] inline int as_count(std::size_t elements) {
  if (elements > INT_MAX) {
    throw std::runtime_error(fmt::format("{} elements to or from one rank: MPI takes up to {}", elements, INT_MAX));
  }
  return static_cast<int>(elements);
}

/// Collective. Rank 0's value.
template <class T>
[[nodiscard]] T broadcast(T value) {
  MPI_Bcast(&value, sizeof value, MPI_BYTE, 0, MPI_COMM_WORLD);
  return value;
}

}  // namespace apps
