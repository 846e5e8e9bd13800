#include "runtime/state/completion.hpp"

#include <string>

#include <liana/detail/print.hpp>
#include <liana/error.hpp>

#include "runtime/state/runtime_state.hpp"

namespace liana::detail {

void check_completion(const runtime_state& state, const transport::completion& done, const char* operation,
                      address block) {
  if (const rank_t peer = done.failed_peer(); peer != nobody) {
    throw peer_error(peer, std::string(operation) + " of " + to_string(block) + ": " + state.describe(peer) +
                               " is gone: it does not answer");
  }
}

awaited_completion::~awaited_completion() {
  while (!done_.done()) {
    state_.wire->progress();
  }
}

void awaited_completion::wait(rank_t peer) {
  if (!done_.done()) {
    waiter wait(state_, operation_, block_, role_);
    while (!done_.done()) {
      wait.step(peer);
    }
  }
  check_completion(state_, done_, operation_, block_);
}

void post_and_wait(runtime_state& state, rank_t peer, std::span<const transport::operation> chain,
                   const char* operation, address block, awaited_role role) {
  awaited_completion ended(state, operation, block, role);
  state.wire->post(peer, chain, ended.get());
  ended.wait(peer);
}

}  // namespace liana::detail
