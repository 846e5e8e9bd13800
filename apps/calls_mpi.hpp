// What several twins in MPI call.
#pragma once

#include <climits>
#include <cstddef>
#include <stdexcept>

#include <fmt/format.h>
#include <mpi.h>

namespace apps {

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
