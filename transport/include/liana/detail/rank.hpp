#pragma once

namespace liana {

/// The number of a process of the job, from 0; the number of MPI, and signed like MPI's so that loops over ranks mix
/// with `int`.
using rank_t = int;

namespace detail {

/// No rank, or one that is not known.
inline constexpr rank_t nobody = -1;

}  // namespace detail
}  // namespace liana
