#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include <fmt/format.h>

#include <liana/detail/words.hpp>
#include <liana/error.hpp>
#include <liana/runtime.hpp>
#include <liana/work_queue.hpp>

#include "runtime/coherence/coherence.hpp"
#include "runtime/state/completion.hpp"
#include "runtime/state/wait.hpp"
#include "runtime/sync/range_word.hpp"

namespace liana::detail {
namespace {

// What a rank has of a queue, from the start of its element of the array: two lines of words, the ring, and as much
// memory again, into which what was taken of another ring is read.
constexpr std::int64_t range_at = 0;     ///< the range of items that can be had
constexpr std::int64_t returned_at = 8;  ///< how many of those that were taken have been read
constexpr std::int64_t idle_at = 64;     ///< rank 0's: how many ranks have nothing
constexpr std::size_t ring_at = 128;

/// Most pushes between two looks at the own range, which through a device is a round trip.
constexpr std::uint32_t most_between_looks = 8;
constexpr std::uint32_t most_between_far_looks = 64;

constexpr awaited_role workers{.one = "which has work", .any = "the ranks that have work"};

address part_of(const array_storage& storage, rank_t rank, std::int64_t at) {
  return storage.first[static_cast<std::size_t>(rank)].advanced(at);
}

}  // namespace

void refuse_queue(bool gone) {
  throw usage_error(gone ? "work_queue: the queue is gone: it was destroyed or its runtime has ended"
                         : "work_queue: the handle refers to no queue; liana::make_work_queue makes one");
}

shared_work::shared_work(std::size_t item_bytes, std::size_t items, const char* type)
    : item_bytes_(item_bytes), items_(items == 0 ? 0 : std::bit_ceil(items)) {
  runtime_state& state = require_runtime("make_work_queue");
  const std::string call = fmt::format("make_work_queue<{}>(shared_items {})", type, items);
  const std::size_t most = std::bit_floor(((std::size_t{1} << maximum_block_log2) - ring_at) / 2 / item_bytes);
  if (items == 0 || items > most) {
    throw usage_error(fmt::format("{}: accepted are 1 to {} items of {} bytes", call, most, item_bytes));
  }
  const std::size_t part = std::bit_ceil(ring_at + 2 * items_ * item_bytes);  // one block for each rank
  storage_ = make_array_storage(static_cast<std::size_t>(state.size()), part, {.block_bytes = part}, call.c_str());
  random_ = first_random(state.rank());
}

bool shared_work::look() {
  const bool low = unpack(load_word(part_of(*storage_, storage_->rank, range_at), "work_queue::push")).empty();
  between_looks_ =
      low ? 1 : std::min(2 * between_looks_, words_are_near(*current) ? most_between_looks : most_between_far_looks);
  until_look_ = between_looks_;
  return low;
}

std::size_t shared_work::share(const std::byte* items, std::size_t count) {
  constexpr const char* operation = "work_queue::push";
  runtime_state& state = require_runtime(operation);
  const address range = part_of(*storage_, storage_->rank, range_at);
  // Several thieves read at a time, and end in any order: a place is free once all have ended, that is once as many
  // items were returned as were taken. How many were returned is loaded first. Both only grow, and what was returned
  // was taken before: if they are equal, then they were equal when the first was loaded. The other way round, a theft
  // between the two loads that is over already could stand for an earlier one that still reads.
  const auto returned =
      static_cast<std::uint32_t>(load_word(part_of(*storage_, storage_->rank, returned_at), operation));
  const index_range there = unpack(load_word(range, operation));
  if (returned == there.begin) {
    safe_ = there.begin;
  }
  const std::size_t room = items_ - static_cast<std::uint32_t>(there.end - safe_);
  count = std::min(count, room);
  std::byte* const ring = near_data(state, part_of(*storage_, storage_->rank, ring_at));
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t place = (there.end + i) % items_;
    std::memcpy(ring + place * item_bytes_, items + i * item_bytes_, item_bytes_);
  }
  add_to_word(range, static_cast<std::uint64_t>(count) << 32U, operation);
  return count;
}

std::size_t shared_work::take_back(std::byte* items, std::size_t most) {
  constexpr const char* operation = "work_queue::pop";
  const address range = part_of(*storage_, storage_->rank, range_at);
  const index_range taken = take_half(range, half::upper, most, operation);
  copy_items(storage_->rank, taken.begin, taken.size(), items);
  return taken.size();
}

std::size_t shared_work::steal(std::byte* items, std::size_t most) {
  const auto ranks = static_cast<std::uint64_t>(storage_->ranks);
  const std::uint64_t start = next_random(random_) % ranks;
  for (std::uint64_t i = 0; i < ranks; ++i) {
    const auto victim = static_cast<rank_t>((start + i) % ranks);
    if (const std::size_t count = steal_from(victim, items, most); count != 0) {
      return count;
    }
  }
  return 0;
}

std::size_t shared_work::steal_from(rank_t victim, std::byte* items, std::size_t most) {
  constexpr const char* operation = "work_queue::pop";
  if (victim == storage_->rank) {
    return 0;
  }
  const index_range taken = take_half(part_of(*storage_, victim, range_at), half::lower, most, operation);
  if (!taken.empty()) {
    copy_items(victim, taken.begin, taken.size(), items);
    add_to_word(part_of(*storage_, victim, returned_at), taken.size(), operation);
  }
  return taken.size();
}

/// Items of a ring that nobody changes until they have been read.
void shared_work::copy_items(rank_t home, std::uint32_t first, std::size_t count, std::byte* to) {
  constexpr const char* operation = "work_queue::pop";
  runtime_state& state = require_runtime(operation);
  const std::size_t place = first % items_;
  const std::size_t before_the_end = std::min(count, items_ - place);
  const address ring = part_of(*storage_, home, ring_at);
  const std::array<std::pair<std::size_t, std::size_t>, 2> runs{{{place, before_the_end}, {0, count - before_the_end}}};
  if (state.near(home)) {
    for (const auto& [from, length] : runs) {
      std::memcpy(to, near_data(state, ring) + from * item_bytes_, length * item_bytes_);
      to += length * item_bytes_;
    }
    return;
  }
  std::byte* const landing = near_data(state, part_of(*storage_, storage_->rank, ring_at)) + items_ * item_bytes_;
  std::array<transport::operation, 2> chain;
  std::size_t reads = 0;
  std::size_t bytes = 0;
  for (const auto& [from, length] : runs) {
    if (length != 0) {
      chain[reads] =
          transport::operation::read(state.data_at(ring) + from * item_bytes_, landing + bytes, length * item_bytes_);
      ++reads;
      bytes += length * item_bytes_;
    }
  }
  post_and_wait(state, home, std::span(chain).first(reads), operation, ring.block(), workers);
  std::memcpy(to, landing, bytes);
}

std::size_t shared_work::wait_for_work(std::byte* items, std::size_t most) {
  constexpr const char* operation = "work_queue::pop";
  runtime_state& state = require_runtime(operation);
  const address idle = part_of(*storage_, 0, idle_at);
  const auto ranks = static_cast<std::uint64_t>(storage_->ranks);
  add_to_word(idle, 1, operation);
  waiter wait(state, operation, part_of(*storage_, 0, 0), workers);
  while (load_word(idle, operation) != ranks) {
    const auto victim = static_cast<rank_t>(next_random(random_) % ranks);
    if (victim != storage_->rank && !unpack(load_word(part_of(*storage_, victim, range_at), operation)).empty()) {
      add_to_word(idle, ~std::uint64_t{0}, operation);
      if (const std::size_t count = steal_from(victim, items, most); count != 0) {
        return count;
      }
      add_to_word(idle, 1, operation);
    }
    wait.step(nobody);
  }
  // All know it before it is used again, and before it is not so any more.
  barrier();
  if (storage_->rank == 0) {
    swap_word(idle, ranks, 0, operation);
  }
  barrier();
  return 0;
}

}  // namespace liana::detail
