#include "runtime/coherence/outstanding.hpp"

#include "runtime/coherence/protocol.hpp"
#include "runtime/state/runtime_state.hpp"
#include "runtime/state/wait.hpp"

namespace liana::detail {

std::size_t progress_outstanding(runtime_state& state) {
  const std::size_t puts = protocol_of(state).puts.progress();  // first: they leave releases behind
  const std::size_t prefetches = protocol_of(state).prefetches->progress();
  return puts + prefetches + protocol_of(state).releases.progress(state);
}

void complete_outstanding(runtime_state& state) {
  if (progress_outstanding(state) == 0) {
    return;
  }
  waiter wait(state, "completion of writes and prefetches", address());
  do {
    wait.step(nobody);
  } while (progress_outstanding(state) != 0);
}

}  // namespace liana::detail
