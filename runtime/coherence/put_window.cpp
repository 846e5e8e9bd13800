#include "runtime/coherence/put_window.hpp"

#include <algorithm>
#include <utility>

#include "runtime/coherence/put_list.hpp"
#include "runtime/coherence/read_window.hpp"
#include "runtime/state/holds.hpp"
#include "runtime/state/wait.hpp"

namespace liana::detail {

put_window::pending::pending(runtime_state& its_state, const const_piece& what, replica* its_copy)
    : state(its_state), piece(what), copy(its_copy), write(its_state, what.at.block(), nullptr) {}

put_window::pending::~pending() {
  if (copy != nullptr) {
    state.replicas->abandon(*copy);
  }
}

void put_window::add(const const_piece& piece) {
  const address block = piece.at.block();
  const bool again = std::any_of(under_way_.begin(), under_way_.end(),
                                 [block](const auto& each) { return each->write.block() == block; });
  wait_until_left(again ? 0 : std::clamp<std::size_t>(window_bytes / block.block_bytes(), 1, window_width) - 1);
  replica* const copy = claim_if_needed(piece);
  try {
    under_way_.push_back(std::make_unique<pending>(state_, piece, copy));
  } catch (...) {
    if (copy != nullptr) {
      state_.replicas->abandon(*copy);
    }
    throw;
  }
  if (under_way_.back()->write.step()) {
    release(*under_way_.back());
    under_way_.pop_back();
  }
}

/// More than a few bytes need registered memory to come from: the block's replica.
replica* put_window::claim_if_needed(const const_piece& piece) {
  const address block = piece.at.block();
  if (piece.bytes <= transport::inline_bytes && piece.bytes != block.block_bytes()) {
    if (state_.puts->has(block)) {  // program order
      drain();
      finish_puts_to(state_, block);
    }
    return nullptr;
  }
  auto claim = state_.replicas->claim(block);
  while (claim.copy == nullptr) {
    drain();  // never wait for others with claims and locks of one's own
    claim = claim_replica(state_, block, "write");
  }
  return claim.copy;
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
  const address first = under_way_.front()->write.block();
  for (const auto& each : under_way_) {
    refuse_own_hold(each->write.block(), "write");
  }
  waiter wait(state_, "write", first);
  while (under_way_.size() > most) {
    wait.step(under_way_.front()->write.holder());
    move_on();
  }
}

void put_window::move_on() {
  std::erase_if(under_way_, [this](const std::unique_ptr<pending>& each) {
    if (!each->write.step()) {
      return false;
    }
    release(*each);
    return true;
  });
}

void put_window::release(pending& each) {
  const std::uint64_t version = each.write.version();
  replica* const copy = std::exchange(each.copy, nullptr);
  each.write.keep_hold();
  if (copy == nullptr) {
    release_far(state_, each.piece.at, {each.piece.memory, each.piece.bytes}, version, after_release::no_replica,
                nullptr);
    return;
  }
  const address block = each.piece.at.block();
  copy->stamp.store(state_.validity(block), std::memory_order_relaxed);
  std::byte* const to = copy->data.load(std::memory_order_relaxed) + each.piece.at.offset_in_block();
  std::memcpy(to, each.piece.memory, each.piece.bytes);
  const bool whole = each.piece.bytes == block.block_bytes();
  release_far(state_, each.piece.at, {to, each.piece.bytes}, version,
              whole ? after_release::keep_replica : after_release::scratch_replica, copy);
}

}  // namespace liana::detail
