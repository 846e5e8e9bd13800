#pragma once

#include <chrono>
#include <cstdint>

#include <liana/detail/address.hpp>
#include <liana/detail/rank.hpp>

namespace liana::detail {

class runtime_state;

/// How messages name the rank that a wait is for.
struct awaited_role {
  const char* one = "which holds the block";          ///< `rank 3, which holds the block`
  const char* any = "the rank that holds the block";  ///< when it is not known who
  const char* others = "the other ranks";             ///< when the wait is for no block
};

/// One wait: backs off, yields the CPU (at once when there are more ranks than cores), lets the transport move on, and
/// never hangs silently.
///
///     waiter wait(state, "read", block);
///     while (!condition()) { wait.step(holder); }
class waiter {
 public:
  /// `operation` on the block at `at`; a null address for waits that are for no block (collective calls).
  waiter(runtime_state& state, const char* operation, address at, awaited_role role = {});

  /// One step. `holder`: the rank whose doing would end the wait, or `nobody` if it is not known or the wait is for
  /// every rank. Logs a warning after `options::warn_after` and again at doubling intervals, naming block and holder;
  /// throws timeout_error after `options::timeout`, and peer_error when the holder (or, for `nobody`, any rank) is
  /// gone, and has been so for as long as the runtime forgives that (job_facts::forgiveness), or when an earlier
  /// release of this rank has failed.
  void step(rank_t holder);

 private:
  void look_around(rank_t holder);

  runtime_state& state_;
  const char* operation_;
  address at_;
  awaited_role role_;
  std::uint64_t steps_ = 0;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point next_look_;
  std::chrono::nanoseconds next_warning_{};
  std::chrono::steady_clock::time_point lost_since_;
};

}  // namespace liana::detail
