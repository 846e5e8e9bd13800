#include "runtime/coherence/far_put.hpp"

#include <cstring>
#include <utility>

namespace liana::detail {

far_put::far_put(runtime_state& state, address at, std::span<const std::byte> bytes, claimed_replica copy)
    : state_(state), at_(at), bytes_(bytes), copy_(std::move(copy)), write_(state, at.block(), nullptr) {}

void far_put::take_bytes() {
  std::byte* const to = copy_.data_at(at_);
  std::memcpy(to, bytes_.data(), bytes_.size());
  bytes_ = {to, bytes_.size()};
}

void far_put::release() {
  const std::uint64_t version = write_.version();
  if (goes_inline(at_, bytes_.size())) {
    write_.keep_hold();
    release_far(state_, at_, bytes_, version, after_release::no_replica, {});
    return;
  }
  copy_->stamp.store(state_.validity(at_.block()), std::memory_order_relaxed);  // after this host's invalidation (R7)
  if (bytes_.data() != copy_.data_at(at_)) {
    take_bytes();
  }
  const bool whole = bytes_.size() == at_.block_bytes();
  write_.keep_hold();
  release_far(state_, at_, bytes_, version, whole ? after_release::keep_replica : after_release::scratch_replica,
              std::move(copy_));
}

}  // namespace liana::detail
