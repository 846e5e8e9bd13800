#include <array>
#include <atomic>

#include <liana/detail/thread_state.hpp>
#include <liana/statistics.hpp>

#include "runtime/job/statistics_report.hpp"
#include "runtime/state/holds.hpp"

namespace liana {
namespace detail {
namespace {

using counts = std::array<std::uint64_t, counters>;

counts sum_of_threads() {
  counts sum{};
  for (const thread_state* each = first_thread(); each != nullptr; each = each->next) {
    for (std::size_t i = 0; i < counters; ++i) {
      sum[i] += each->counts[i].load(std::memory_order_relaxed);
    }
  }
  return sum;
}

}  // namespace

void begin_statistics(runtime_state& state) { state.counts.before_start = sum_of_threads(); }

}  // namespace detail

statistics stats() {
  using detail::counter;
  const detail::counts& before = detail::require_runtime("stats").counted_before;
  const detail::counts now = detail::sum_of_threads();
  const auto since_start = [&](counter which) {
    const auto i = static_cast<std::size_t>(which);
    return now[i] - before[i];
  };
  return {
      .hits = since_start(counter.hits),
      .misses = since_start(counter.misses),
      .revalidations = since_start(counter.revalidations),
      .invalidations_sent = since_start(counter.invalidations_sent),
      .invalidations_received = since_start(counter.invalidations_received),
      .spurious_misses = since_start(counter.spurious_misses),
      .evictions = since_start(counter.evictions),
      .bytes_read = since_start(counter.bytes_read),
      .bytes_written = since_start(counter.bytes_written),
      .lock_retries = since_start(counter.lock_retries),
      .home_accesses = since_start(counter.home_accesses),
  };
}

}  // namespace liana
