#pragma once

#include <span>

#include <liana/detail/address.hpp>
#include <liana/detail/rank.hpp>

#include "runtime/state/wait.hpp"
#include "transport/transport.hpp"

namespace liana::detail {

class runtime_state;

/// Throws peer_error when a chain of `done`, which has ended, failed. `operation` of `block` is what the error names.
void check_completion(const runtime_state& state, const transport::completion& done, const char* operation,
                      address block);

/// The end of operations that the calling function waits for: post them with `get()`, then `wait`. Where a wait ends
/// by an exception, the destructor stays until the transport has let go of them; every chain ends by itself.
class awaited_completion {
 public:
  /// `operation` on `block`: what a report of the wait, or its error, names.
  awaited_completion(runtime_state& state, const char* operation, address block, awaited_role role = {})
      : state_(state), operation_(operation), block_(block), role_(role) {}
  awaited_completion(const awaited_completion&) = delete;
  awaited_completion& operator=(const awaited_completion&) = delete;
  awaited_completion(awaited_completion&&) = delete;
  awaited_completion& operator=(awaited_completion&&) = delete;
  ~awaited_completion();

  [[nodiscard]] transport::completion& get() { return done_; }

  /// Waits until all that was posted has ended. `peer`: the rank that it went to, or `nobody` for several. Throws
  /// peer_error where it failed, and what `waiter::step` throws.
  void wait(rank_t peer);

 private:
  runtime_state& state_;
  const char* operation_;
  address block_;
  awaited_role role_;
  transport::completion done_;
};

/// Posts one chain to `peer`, waits for its end and checks that it succeeded.
void post_and_wait(runtime_state& state, rank_t peer, std::span<const transport::operation> chain,
                   const char* operation, address block, awaited_role role = {});

}  // namespace liana::detail
