#pragma once

#include <cstddef>

namespace liana::detail {

class runtime_state;

/// Moves on, without waiting, what this rank has begun and no thread of it waits for: puts, prefetches and releases.
/// Returns how many are still outstanding. Throws peer_error when a release has failed.
std::size_t progress_outstanding(runtime_state& state);

/// Waits until none is outstanding: every put is carried out, every release has landed, and no prefetch writes a mark
/// any more into an entry that its home may be about to free.
void complete_outstanding(runtime_state& state);

}  // namespace liana::detail
