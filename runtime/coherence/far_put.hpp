#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <utility>

#include <liana/detail/address.hpp>

#include "runtime/coherence/claimed_replica.hpp"
#include "runtime/coherence/far_write.hpp"

namespace liana::detail {

/// One far put: a far write that takes its bytes along with the release. The bytes come from the block's replica, which
/// is registered memory; a few bytes go inline, from wherever they are.
///
///     far_put put(state, at, bytes, goes_inline(at, count) ? none : claimed replica);
///     while (!put.write().step()) { wait or do something else }
///     put.release();
///
/// A put of a whole block leaves a valid replica. Destroyed before its release, it gives the lock and the replica up.
class far_put {
 public:
  /// Whether a put of so many bytes at `at` needs no replica.
  [[nodiscard]] static bool goes_inline(address at, std::size_t bytes) {
    return bytes <= transport::inline_bytes && bytes != at.block_bytes();
  }

  /// `bytes` stay where they are until `take_bytes` or `release`.
  far_put(runtime_state& state, address at, std::span<const std::byte> bytes, claimed_replica&& copy,
          when_all_are_lent then = when_all_are_lent::wait)
      : state_(state), at_(at), bytes_(bytes), copy_(std::move(copy)), write_(state, at.block(), nullptr, then) {}

  [[nodiscard]] far_write& write() { return write_; }

  /// Copies the bytes to the replica at once.
  void take_bytes() {
    std::byte* const to = copy_.data_at(at_);
    std::memcpy(to, bytes_.data(), bytes_.size());
    bytes_ = {to, bytes_.size()};
  }

  /// Once `write().step()` was true. Throws peer_error when an earlier release, or this one, has failed.
  void release();

 private:
  runtime_state& state_;
  address at_;
  std::span<const std::byte> bytes_;
  claimed_replica copy_;
  far_write write_;
};

}  // namespace liana::detail
