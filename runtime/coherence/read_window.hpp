#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include <liana/detail/access.hpp>
#include <liana/error.hpp>

#include "runtime/coherence/claimed_replica.hpp"
#include "runtime/coherence/fetch.hpp"
#include "runtime/coherence/read_miss.hpp"
#include "runtime/state/runtime_state.hpp"
#include "runtime/state/wait.hpp"

namespace liana::detail {

/// Misses or puts of one thread under way at once: as many as hide a round trip, and no more than have room in a
/// connection's queue, with three requests each.
inline constexpr std::size_t window_width = 64;

/// And no more bytes than these, unless it is one block: ten times what the fastest network has under way, few enough
/// that a slow one carries them, for several ranks at once, before it takes its peer for silent.
inline constexpr std::size_t window_bytes = std::size_t{1} << 20U;

/// Whether one more block may be under way beside `count` with `bytes` together.
constexpr bool has_room_in_window(std::size_t count, std::size_t bytes, std::size_t block_bytes) {
  return count == 0 || (count < window_width && bytes + block_bytes <= window_bytes);
}

/// Replicas of several blocks, with many read misses under way. `ready(copy, tag)` is called with each replica, pinned
/// for it, in any order. Of one thread; destroyed before it is drained, it gives up what is under way.
template <class Ready>
class read_window {
 public:
  read_window(runtime_state& state, Ready ready) : state_(state), ready_(std::move(ready)) {}
  read_window(const read_window&) = delete;
  read_window& operator=(const read_window&) = delete;
  read_window(read_window&&) = delete;
  read_window& operator=(read_window&&) = delete;
  ~read_window() = default;

  /// A block whose home is not this rank.
  void add(address block, std::size_t tag) {
    const bool near = state_.near(block.home());
    if (near) {
      drain();  // it is fetched alone, and nothing is waited for with claims in hand
    }
    const auto has_room = [this, block] { return has_room_in_window(used_, bytes_, block.block_bytes()); };
    if (!has_room()) {
      wait_for(has_room);
    }
    for (;;) {
      if (const replica_hit hit = pin_valid_replica(state_.hot, block, 1); hit.copy != nullptr) {
        count(counter.hits);
        ready_(*hit.copy, tag);
        return;
      }
      claimed_replica copy = claim_without_own(block);
      if (!copy) {
        continue;
      }
      if (near) {
        ready_(fetch_replica(state_, block, std::move(copy)), tag);
      } else if (!start(block, std::move(copy), tag)) {
        drain();  // other threads have all the buffers but for this window's
        continue;
      }
      return;
    }
  }

  void drain() {
    if (used_ != 0) {
      wait_for([this] { return used_ == 0; });
    }
  }

 private:
  struct entry {
    entry(runtime_state& state, address block, claimed_replica copy, std::size_t its_tag, when_all_are_lent then)
        : fetch(state, block, std::move(copy), then), tag(its_tag) {}
    far_fetch fetch;
    std::size_t tag;
  };

  /// Never waits for another thread's claim, or for room, while this window has claims itself: two threads could wait
  /// for each other.
  claimed_replica claim_without_own(address block) {
    claimed_replica copy(*state_.replicas, block);
    if (!copy) {
      drain();
      copy = claim_replica(state_, block, "read");
    }
    return copy;
  }

  /// False, and the claim given up, when there is no operation buffer and this window has some that will come back.
  bool start(address block, claimed_replica copy, std::size_t tag) {
    const auto slot = std::find_if(misses_.begin(), misses_.end(), [](const auto& each) { return !each.has_value(); });
    if (used_ == 0) {
      slot->emplace(state_, block, std::move(copy), tag, when_all_are_lent::wait);
    } else {
      try {
        slot->emplace(state_, block, std::move(copy), tag, when_all_are_lent::refuse);
      } catch (const resource_error&) {
        return false;
      }
    }
    ++used_;
    bytes_ += block.block_bytes();
    wait_to_begin((*slot)->fetch.miss());
    return true;
  }

  /// Misses at one home begin together: one chain costs less than many, and a transport may read what lies in a row at
  /// once.
  void wait_to_begin(read_miss& miss) {
    if (to_begin_count_ != 0 && to_begin_.front()->block().home() != miss.block().home()) {
      begin();
    }
    to_begin_[to_begin_count_] = &miss;
    ++to_begin_count_;
    if (to_begin_count_ == to_begin_.size()) {
      move_on();  // over shared memory they arrive at once
    }
  }

  void begin() {
    if (const std::size_t count = std::exchange(to_begin_count_, 0); count != 0) {
      begin_several(state_, std::span(to_begin_).first(count));
    }
  }

  /// Moves all on in turn, so that no other thread waits for a replica that has arrived here while this one waits for
  /// another.
  template <class Condition>
  void wait_for(Condition met) {
    move_on();
    if (met()) {
      return;
    }
    waiter wait(state_, "read", any_under_way().block());
    do {
      wait.step(any_under_way().holder());
      move_on();
    } while (!met());
  }

  void move_on() {
    begin();
    for (auto& slot : misses_) {
      if (slot.has_value() && slot->fetch.miss().step()) {
        complete(slot);
      }
    }
  }

  /// Any that is under way, for reports; asked only while some are.
  const read_miss& any_under_way() const {
    return (*std::find_if(misses_.begin(), misses_.end(), [](const auto& each) { return each.has_value(); }))
        ->fetch.miss();
  }

  void complete(std::optional<entry>& slot) {
    const std::size_t tag = slot->tag;
    bytes_ -= slot->fetch.miss().block().block_bytes();
    replica& copy = slot->fetch.publish(true);
    slot.reset();
    --used_;
    ready_(copy, tag);
  }

  runtime_state& state_;
  Ready ready_;
  std::array<std::optional<entry>, window_width> misses_;
  std::size_t used_ = 0;
  std::size_t bytes_ = 0;                             ///< of the blocks of those
  std::array<read_miss*, joined_misses> to_begin_{};  ///< all at one home
  std::size_t to_begin_count_ = 0;
};

}  // namespace liana::detail
