#include "runtime/coherence/invalidate.hpp"

#include <array>
#include <atomic>

namespace liana::detail {
namespace {

/// How many blocks the statistics tell apart.
constexpr std::size_t counted_blocks = 4096;

void count_invalidation(runtime_state& state, address block) {
  count(counter.invalidations_sent);
  if (state.settings.stats == stats_target::off) {
    return;
  }
  const annotated_lock lock(state.counts.mutex);
  const auto found = state.counts.invalidated.find(block.bits());
  if (found != state.counts.invalidated.end()) {
    ++found->second;
  } else if (state.counts.invalidated.size() < counted_blocks) {
    state.counts.invalidated.emplace(block.bits(), 1);
  }
}

}  // namespace

void post_invalidations(runtime_state& state, address block, const std::byte* sharers, transport::completion& done) {
  const std::uint64_t stamp = state.fresh_stamp();
  const std::uint64_t index = validity_index(block, state.hot.validity_mask);
  bool mine = false;
  state.hosts->for_each_sharer(sharers, [&](int host) {
    count_invalidation(state, block);
    if (host == state.hosts->my_host()) {
      mine = true;
      return;
    }
    const rank_t leader = state.hosts->leader(host);
    const std::uint64_t word = state.layout_of(leader).validity + index * sizeof stamp;
    const std::array chain{transport::operation::visible_write(word, &stamp, sizeof stamp)};
    state.wire->post(leader, chain, done);
  });
  if (mine) {
    state.hot.validity[index].store(stamp, std::memory_order_release);
    std::atomic_thread_fence(std::memory_order_seq_cst);  // R7: out of the store buffer before the write goes on
  }
}

void invalidate_here(runtime_state& state, address block) {
  const std::uint64_t index = validity_index(block, state.hot.validity_mask);
  state.hot.validity[index].store(state.fresh_stamp(), std::memory_order_release);
}

}  // namespace liana::detail
