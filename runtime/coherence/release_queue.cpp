#include "runtime/coherence/release_queue.hpp"

#include <algorithm>
#include <iterator>
#include <new>
#include <utility>

#include "runtime/state/completion.hpp"
#include "runtime/state/runtime_state.hpp"

namespace liana::detail {
namespace {

/// Looking through fewer than these is not worth it.
constexpr std::size_t fewest_to_look_through = 32;

void make_places(std::vector<std::unique_ptr<release>>& list, std::size_t places) {
  if (list.capacity() < places) {
    list.reserve(2 * places);
  }
}

}  // namespace

std::unique_ptr<release> release_queue::take() noexcept {
  const annotated_lock lock(mutex_);
  if (idle_.empty()) {
    try {
      make_places(under_way_, made_ + 1);
      make_places(idle_, made_ + 1);
      auto made = std::make_unique<release>();
      ++made_;
      return made;
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  }
  auto taken = std::move(idle_.back());
  idle_.pop_back();
  return taken;
}

void release_queue::put(runtime_state& state, std::unique_ptr<release> posted) {
  if (posted->done.done()) {
    finish(state, {&posted, 1});
    return;
  }
  {
    const annotated_lock lock(mutex_);
    under_way_.push_back(std::move(posted));
    if (under_way_.size() < std::max(look_from_, fewest_to_look_through)) {
      return;
    }
  }
  // A program that only writes comes by nowhere else, and each that has landed keeps a replica from being evicted.
  const std::size_t left = progress(state);
  const annotated_lock lock(mutex_);
  look_from_ = 2 * left;
}

std::size_t release_queue::progress(runtime_state& state) {
  std::vector<std::unique_ptr<release>> landed;
  std::size_t left = 0;
  {
    const annotated_lock lock(mutex_);
    const auto count = std::ranges::count_if(under_way_, [](const auto& each) { return each->done.done(); });
    if (count == 0) {
      return under_way_.size();
    }
    landed.reserve(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < under_way_.size();) {
      if (landed.size() < landed.capacity() && under_way_[i]->done.done()) {
        landed.push_back(std::move(under_way_[i]));
        under_way_[i] = std::move(under_way_.back());
        under_way_.pop_back();
      } else {
        ++i;
      }
    }
    left = under_way_.size();
  }
  finish(state, landed);
  return left;
}

void release_queue::finish(runtime_state& state, std::span<std::unique_ptr<release>> landed) {
  for (const auto& each : landed) {
    if (replica* const copy = std::exchange(each->pinned, nullptr); copy != nullptr) {
      state.replicas->unpin(*copy);
    }
    if (each->scratch) {
      each->scratch = {};
    }
  }
  for (const auto& each : landed) {
    check_completion(state, each->done, "release of a write", each->block);
  }
  const annotated_lock lock(mutex_);
  std::move(landed.begin(), landed.end(), std::back_inserter(idle_));
}

}  // namespace liana::detail
