#pragma once

// Included by every header that a program includes, before the library's own declarations.
#if __cplusplus < 202002L
#error "Liana needs C++20: compile with -std=c++20 or newer"
#endif

namespace liana {

/// The number of a process of the job, from 0; the number of MPI, and signed like MPI's so that loops over ranks mix
/// with `int`.
using rank_t = int;

namespace detail {

/// No rank, or one that is not known.
inline constexpr rank_t nobody = -1;

}  // namespace detail
}  // namespace liana
