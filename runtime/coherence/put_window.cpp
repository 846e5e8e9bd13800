#include "runtime/coherence/put_window.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include <liana/error.hpp>

#include "runtime/coherence/protocol.hpp"
#include "runtime/coherence/read_window.hpp"
#include "runtime/state/holds.hpp"
#include "runtime/state/wait.hpp"

namespace liana::detail {

void put_window::add(const const_piece& piece) {
  const address block = piece.at.block();
  const bool again = std::any_of(under_way_.begin(), under_way_.end(),
                                 [block](const auto& each) { return each->write().block() == block; });
  wait_until_left(again ? 0 : std::clamp<std::size_t>(window_bytes / block.block_bytes(), 1, window_width) - 1);
  if (!begin(piece, under_way_.empty() ? when_all_are_lent::wait : when_all_are_lent::refuse)) {
    drain();  // other threads have all the buffers but for this window's
    begin(piece, when_all_are_lent::wait);
  }
  if (finish(*under_way_.back())) {
    under_way_.pop_back();
  }
}

/// False, and the claim given up, where there is no operation buffer, if that is not waited for.
bool put_window::begin(const const_piece& piece, when_all_are_lent then) {
  claimed_replica copy = claim_if_needed(piece);
  try {
    under_way_.push_back(
        std::make_unique<far_put>(state_, piece.at, std::span(piece.memory, piece.bytes), std::move(copy), then));
  } catch (const resource_error&) {
    if (then == when_all_are_lent::wait) {
      throw;
    }
    return false;
  }
  return true;
}

/// More than a few bytes need registered memory to come from: the block's replica.
claimed_replica put_window::claim_if_needed(const const_piece& piece) {
  const address block = piece.at.block();
  if (far_put::goes_inline(piece.at, piece.bytes)) {
    if (protocol_of(state_).puts.has(block)) {  // program order
      drain();
      finish_puts_to(state_, block);
    }
    return {};
  }
  claimed_replica copy(*state_.replicas, block);
  while (!copy) {
    drain();  // never wait for others with claims and locks of one's own
    copy = claim_replica(state_, block, "write");
  }
  return copy;
}

/// Waits until so many are under way at most.
void put_window::wait_until_left(std::size_t most) {
  if (under_way_.size() <= most) {
    return;
  }
  move_on();
  if (under_way_.size() <= most) {
    return;
  }
  const address first = under_way_.front()->write().block();
  for (const auto& each : under_way_) {
    refuse_own_hold(state_, each->write().block(), "write");
  }
  waiter wait(state_, "write", first);
  while (under_way_.size() > most) {
    wait.step(under_way_.front()->write().holder());
    move_on();
  }
}

void put_window::move_on() {
  std::erase_if(under_way_, [](const std::unique_ptr<far_put>& each) { return finish(*each); });
}

bool put_window::finish(far_put& put) {
  if (!put.write().step()) {
    return false;
  }
  put.release();
  return true;
}

}  // namespace liana::detail
