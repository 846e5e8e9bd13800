#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <liana/detail/access.hpp>

#include "runtime/coherence/far_put.hpp"
#include "runtime/state/runtime_state.hpp"

namespace liana::detail {

/// Far puts with many under way. Each takes, writes and releases its own block, none waits for another: all are moved
/// on in turn, so locks that this rank holds meanwhile never depend on locks that it still wants. Of one thread.
class put_window {
 public:
  explicit put_window(runtime_state& state) : state_(state) {}
  put_window(const put_window&) = delete;
  put_window& operator=(const put_window&) = delete;
  put_window(put_window&&) = delete;
  put_window& operator=(put_window&&) = delete;
  ~put_window() = default;

  /// Puts to one block take effect in the order added.
  void add(const const_piece& piece);
  void drain() { wait_until_left(0); }

 private:
  bool begin(const const_piece& piece, when_all_are_lent then);
  claimed_replica claim_if_needed(const const_piece& piece);
  void wait_until_left(std::size_t most);
  void move_on();
  static bool finish(far_put& put);

  runtime_state& state_;
  std::vector<std::unique_ptr<far_put>> under_way_;
};

}  // namespace liana::detail
