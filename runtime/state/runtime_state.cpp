#include "runtime/state/runtime_state.hpp"

#include <string>

#include <liana/error.hpp>
#include <liana/runtime.hpp>

namespace liana::detail {

bool forked_from_runtime = false;

runtime_state::runtime_state()
    : number([] {
        static std::atomic<std::uint64_t> runtimes{0};
        return runtimes.fetch_add(1, std::memory_order_relaxed) + 1;
      }()) {}

runtime_state::~runtime_state() {
  wire.reset();
  begun.reset();
  // A guard that outlives the runtime unpins its replica all the same, maybe beside the next runtime.
  const bool pinned = replicas.has_value() && replicas->measure().pinned != 0;
  replicas.reset();
  if (pinned) {
    memory.segment.keep_addresses();
  }
}

std::string runtime_state::describe(rank_t other) const {
  const auto index = static_cast<std::size_t>(other);
  return "rank " + std::to_string(other) +
         (index < job.processors.size() ? " on " + job.processors[index] : std::string());
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

runtime_state& require_runtime(const char* operation) {
  if (current->state == nullptr) {
    refuse_without_runtime(operation);
  }
  return *current->state;
}

void refuse_without_runtime(const char* operation) {
  throw usage_error(std::string(operation) +
                    (forked_from_runtime
                         ? ": this process was forked by one with a runtime, which stays the parent's; use Liana there"
                         : ": there is no runtime; construct liana::runtime first"));
}

}  // namespace liana::detail
