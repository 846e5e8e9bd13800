#include "runtime/group/meeting.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include <liana/error.hpp>

#include "runtime/group/process_group.hpp"
#include "runtime/report/describe.hpp"
#include "runtime/state/runtime_state.hpp"
#include "runtime/state/wait.hpp"

namespace liana::detail {
namespace {

using slot = control_page::meeting_slot;

/// The signatures of a set of ranks, as far as it matters whether they are all the same.
struct signature_range {
  std::uint64_t smallest;
  std::uint64_t largest;
};
static_assert(sizeof(signature_range) <= sizeof(slot::payload));

/// FNV-1a, because std::hash may differ between processes.
std::uint64_t signature_of(std::string_view call) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char each : call) {
    hash = (hash ^ static_cast<unsigned char>(each)) * 0x100000001B3U;
  }
  return hash;
}

/// One meeting: in round k each rank tells the rank 2^k further on what it has heard, and hears from the one 2^k before
/// it.
class meeting {
 public:
  meeting(runtime_state& state, const char* call)
      : state_(state), number_(++state.collective.meetings), wait_(state, call, address()) {
    state_.collective.meeting.store(true, std::memory_order_relaxed);
  }
  meeting(const meeting&) = delete;
  meeting& operator=(const meeting&) = delete;
  meeting(meeting&&) = delete;
  meeting& operator=(meeting&&) = delete;
  ~meeting() {
    while (!all_sent()) {  // the transport still counts on `sent_`
      state_.wire->progress();
    }
    state_.collective.meeting.store(false, std::memory_order_relaxed);
  }

  /// Returns the signatures of all ranks.
  signature_range run(std::uint64_t signature) {
    signature_range seen{.smallest = signature, .largest = signature};
    const rank_t rank = state_.rank();
    const rank_t size = state_.size();
    std::size_t round = 0;
    for (rank_t distance = 1; distance < size; distance *= 2, ++round) {
      send((rank + distance) % size, round, seen);
      const signature_range heard = receive(round);
      seen = {.smallest = std::min(seen.smallest, heard.smallest), .largest = std::max(seen.largest, heard.largest)};
    }
    while (!all_sent()) {
      wait_.step(nobody);
    }
    return seen;
  }

 private:
  [[nodiscard]] slot& slot_in(std::byte* segment, std::size_t round) const {
    return reinterpret_cast<control_page*>(segment)->meeting[number_ % 2][round];
  }
  [[nodiscard]] std::uint64_t slot_offset(std::size_t round) const {
    return offsetof(control_page, meeting) + ((number_ % 2) * control_page::rounds + round) * sizeof(slot);
  }

  void send(rank_t to, std::size_t round, const signature_range& seen) {
    if (state_.near(to)) {
      slot& theirs = slot_in(state_.memory.attached[static_cast<std::size_t>(to)].data(), round);
      theirs.payload[0] = seen.smallest;
      theirs.payload[1] = seen.largest;
      theirs.call.store(number_, std::memory_order_release);
      return;
    }
    const std::uint64_t offset = slot_offset(round);
    const std::array chain{
        transport::operation::write(offset + offsetof(slot, payload), &seen, sizeof seen),
        transport::operation::write(offset + offsetof(slot, call), &number_, sizeof number_),
    };
    state_.wire->post(to, chain, sent_[round]);
  }

  signature_range receive(std::size_t round) {
    const slot& mine = slot_in(state_.memory.segment.data(), round);
    while (mine.call.load(std::memory_order_acquire) != number_) {
      wait_.step(nobody);
    }
    return {.smallest = mine.payload[0], .largest = mine.payload[1]};
  }

  [[nodiscard]] bool all_sent() const {
    return std::ranges::all_of(sent_, [](const transport::completion& each) { return each.done(); });
  }

  runtime_state& state_;
  std::uint64_t number_;
  waiter wait_;
  std::array<transport::completion, control_page::rounds> sent_;
};

}  // namespace

void meet(runtime_state& state, const std::string& call) {
  if (state.collective.broken) {
    throw usage_error(
        call + ": an earlier collective call failed, so the ranks no longer agree on what they do; end the runtime");
  }
  try {
    for (const auto& prepare : state.collective.before_meeting) {
      prepare(state);
    }
    const signature_range seen = meeting(state, call.c_str()).run(signature_of(call));
    if (seen.smallest == seen.largest) {
      return;
    }
    const std::vector<std::string> calls = group_of(state).all_gather_texts(call);
    throw usage_error("collective calls differ: " + describe_differences(calls, " called ") +
                      "; the ranks no longer agree on what they do, so no further collective call can be made: let the "
                      "job end");
  } catch (const error&) {
    state.collective.broken = true;
    throw;
  }
}

}  // namespace liana::detail
