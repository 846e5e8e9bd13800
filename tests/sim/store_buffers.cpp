// Store buffers, as x86 has them: in order, and seen by their own thread first.

#include <algorithm>

#include "tests/sim/scheduler.hpp"
#include "tests/sim/scheduler_parts.hpp"

namespace liana_tests::sim {

void scheduler::apply(const buffered& each) {
  switch (each.bytes) {
    case 1:
      __atomic_store_n(reinterpret_cast<std::uint8_t*>(each.to), static_cast<std::uint8_t>(each.value),
                       __ATOMIC_SEQ_CST);
      break;
    case 2:
      __atomic_store_n(reinterpret_cast<std::uint16_t*>(each.to), static_cast<std::uint16_t>(each.value),
                       __ATOMIC_SEQ_CST);
      break;
    case 4:
      __atomic_store_n(reinterpret_cast<std::uint32_t*>(each.to), static_cast<std::uint32_t>(each.value),
                       __ATOMIC_SEQ_CST);
      break;
    default:
      __atomic_store_n(reinterpret_cast<std::uint64_t*>(each.to), each.value, __ATOMIC_SEQ_CST);
  }
}

void scheduler::drain_one(thread_of_rank& of) const {
  const buffered first = of.stores.front();
  of.stores.pop_front();
  apply(first);
  if (tracing()) {
    trace("a store of rank " + std::to_string(of.rank) + " leaves its store buffer");
  }
}

bool scheduler::store(void* to, std::uint64_t value, std::size_t bytes) {
  if (!options_.store_buffers || options_.how == scheduling::calm || running_ == nullptr) {
    fence();
    return false;
  }
  running_->stores.push_back({.to = static_cast<std::byte*>(to), .value = value, .bytes = bytes});
  if (options_.how == scheduling::priorities) {
    budget_ = 1;  // the buffer may be the one whose turn it is
  }
  return true;
}

bool scheduler::forward(const void* from, std::size_t bytes, std::uint64_t& value) {
  if (running_ == nullptr || running_->stores.empty()) {
    return false;
  }
  const auto* const at = static_cast<const std::byte*>(from);
  const auto overlaps = [&](const buffered& each) { return each.to < at + bytes && at < each.to + each.bytes; };
  const auto last = std::find_if(running_->stores.rbegin(), running_->stores.rend(), overlaps);
  if (last == running_->stores.rend()) {
    return false;
  }
  if (last->to == at && last->bytes == bytes) {
    value = last->value;
    return true;
  }
  fence();
  return false;
}

void scheduler::fence() {
  if (running_ == nullptr) {
    return;
  }
  while (!running_->stores.empty()) {
    apply(running_->stores.front());
    running_->stores.pop_front();
  }
}

void scheduler::settle(const void* at, std::size_t bytes) {
  if (running_ == nullptr) {
    return;
  }
  const auto* const first = static_cast<const std::byte*>(at);
  const bool overlaps = std::ranges::any_of(
      running_->stores, [&](const buffered& each) { return each.to < first + bytes && first < each.to + each.bytes; });
  if (overlaps) {
    fence();
  }
}

}  // namespace liana_tests::sim
