#include "runtime/runtime_state.hpp"

#include <string>

#include <liana/error.hpp>

#include "runtime/bootstrap.hpp"
#include "runtime/coherence/prefetch.hpp"
#include "runtime/coherence/release_queue.hpp"
#include "runtime/pool_memory.hpp"

namespace liana::detail {

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
    : releases(std::make_unique<release_queue>()), prefetches(std::make_unique<prefetch_list>()) {}
runtime_state::~runtime_state() = default;

}  // namespace liana::detail
