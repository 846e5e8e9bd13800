#pragma once

#include <mpi.h>

#include <liana/runtime.hpp>

/// For programs that use MPI themselves: `liana::runtime rt(comm, options)` over a communicator. The only public header
/// that needs <mpi.h>.
namespace liana::detail {

template <>
inline constexpr bool is_communicator<MPI_Comm> = true;

}  // namespace liana::detail
