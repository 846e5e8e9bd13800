#include "runtime/coherence/far_put.hpp"

#include <utility>

namespace liana::detail {

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
