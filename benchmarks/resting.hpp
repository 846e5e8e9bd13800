#pragma once

#include "benchmarks/windows.hpp"

namespace liana::benchmarks {

/// Waits for all ranks, as job::meet, but ranks other than the leader sleep between two looks: they leave the
/// processors to those that are not here yet. For parts of a window in which few ranks do something. Not to be mixed
/// with job::meet: where one rank calls this one, all do.
void meet_resting(const job& here);

/// A follower's part that sleeps until the leader calls `meet_resting`, behind its loop.
follower_part rest(const job& here);

}  // namespace liana::benchmarks
