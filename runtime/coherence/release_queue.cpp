#include "runtime/coherence/release_queue.hpp"

#include <utility>

#include "runtime/coherence/coherence.hpp"

namespace liana::detail {

std::unique_ptr<release> release_queue::take() {
  const std::scoped_lock lock(mutex_);
  if (idle_.empty()) {
    return std::make_unique<release>();
  }
  auto taken = std::move(idle_.back());
  idle_.pop_back();
  return taken;
}

void release_queue::put(runtime_state& state, std::unique_ptr<release> posted) {
  if (posted->done.done()) {
    finish(state, std::move(posted));
    return;
  }
  const std::scoped_lock lock(mutex_);
  under_way_.push_back(std::move(posted));
}

std::size_t release_queue::progress(runtime_state& state) {
  std::vector<std::unique_ptr<release>> landed;
  std::size_t left = 0;
  {
    const std::scoped_lock lock(mutex_);
    for (std::size_t i = 0; i < under_way_.size();) {
      if (under_way_[i]->done.done()) {
        landed.push_back(std::move(under_way_[i]));
        under_way_[i] = std::move(under_way_.back());
        under_way_.pop_back();
      } else {
        ++i;
      }
    }
    left = under_way_.size();
  }
  for (auto& each : landed) {
    finish(state, std::move(each));
  }
  return left;
}

void release_queue::finish(runtime_state& state, std::unique_ptr<release> landed) {
  if (replica* const copy = std::exchange(landed->pinned, nullptr); copy != nullptr) {
    state.replicas->unpin(*copy);
  }
  if (replica* const copy = std::exchange(landed->scratch, nullptr); copy != nullptr) {
    state.replicas->abandon(*copy);
  }
  check_completion(landed->done, "release of a write", landed->block);
  const std::scoped_lock lock(mutex_);
  idle_.push_back(std::move(landed));
}

}  // namespace liana::detail
