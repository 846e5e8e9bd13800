#include "runtime/state/runtime_state.hpp"

#include <chrono>
#include <string>

#include <liana/error.hpp>
#include <liana/runtime.hpp>

#include "runtime/state/wait.hpp"

namespace liana::detail {
namespace {

[[noreturn]] void refuse_buffer() {
  throw resource_error("more than " +
                       std::to_string(segment_layout::operation_buffers_bytes / sizeof(operation_buffer)) +
                       " operations of this rank at once: use fewer threads, or begin fewer accesses before waiting");
}

template <class Take>
void wait_for_buffers(runtime_state& state, Take take) {
  const auto end = std::chrono::steady_clock::now() + state.job.buffer_patience;
  waiter wait(state, "an operation", address(),
              {.others = "the operations that are under way, of which there are too many"});
  while (!take()) {
    if (std::chrono::steady_clock::now() > end) {
      refuse_buffer();
    }
    wait.step(nobody);
    state.begun->finish_arrived();
  }
}

}  // namespace

runtime_state* runtime_of_parent = nullptr;

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

operation_buffer* runtime_state::take_buffer(when_all_are_lent then) {
  operation_buffer* taken = buffers->take();
  if (taken == nullptr && then == when_all_are_lent::refuse) {
    refuse_buffer();
  }
  if (taken == nullptr) {
    wait_for_buffers(*this, [&] { return (taken = buffers->take()) != nullptr; });
  }
  return taken;
}

void runtime_state::take_buffers(std::span<operation_buffer*> to) {
  if (!buffers->take_all(to)) {
    wait_for_buffers(*this, [&] { return buffers->take_all(to); });
  }
}

runtime_state& require_runtime(const char* operation) {
  if (current->state == nullptr) {
    refuse_without_runtime(operation);
  }
  return *current->state;
}

void refuse_without_runtime(const char* operation) {
  throw usage_error(std::string(operation) +
                    (runtime_of_parent != nullptr
                         ? ": this process was forked by one with a runtime, which stays the parent's; use Liana there"
                         : ": there is no runtime; construct liana::runtime first"));
}

}  // namespace liana::detail
