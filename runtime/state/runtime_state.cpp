#include "runtime/state/runtime_state.hpp"

#include <string>

#include <liana/error.hpp>

#include "runtime/coherence/prefetch_list.hpp"
#include "runtime/coherence/put_list.hpp"
#include "runtime/coherence/release_queue.hpp"
#include "runtime/group/process_group.hpp"
#include "runtime/objects/pool_memory.hpp"

namespace liana::detail {

std::string runtime_state::describe(rank_t other) const {
  const auto index = static_cast<std::size_t>(other);
  return "rank " + std::to_string(other) + (index < processors.size() ? " on " + processors[index] : std::string());
}

operation_buffer* runtime_state::take_buffer() {
  operation_buffer* const taken = buffers->take();
  if (taken == nullptr) {
    throw resource_error("more than " +
                         std::to_string(segment_layout::operation_buffers_bytes / sizeof(operation_buffer)) +
                         " operations at once: too many threads or prefetches");
  }
  return taken;
}

runtime_state::runtime_state()
    : number([] {
        static std::atomic<std::uint64_t> runtimes{0};
        return runtimes.fetch_add(1, std::memory_order_relaxed) + 1;
      }()),
      releases(std::make_unique<release_queue>()),
      prefetches(std::make_unique<prefetch_list>()),
      puts(std::make_unique<put_list>()) {}
runtime_state::~runtime_state() = default;

}  // namespace liana::detail
