#include "runtime/state/wait.hpp"

#include <sched.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include <liana/detail/print.hpp>
#include <liana/error.hpp>

#include "runtime/report/describe.hpp"
#include "runtime/report/log.hpp"
#include "runtime/state/runtime_state.hpp"

namespace liana::detail {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t spins = 50;  ///< a few microseconds: what a wait for another core takes when all goes well
constexpr std::uint64_t yields_per_look = 8;  ///< at the clock
constexpr std::chrono::milliseconds patience{
    20};  ///< from then on a wait is long, and the CPU is worth more than the delay of a sleep
constexpr std::chrono::nanoseconds shortest_nap{50'000};
constexpr std::chrono::nanoseconds longest_nap{500'000};
constexpr int naps_in_a_wait = 256;  ///< so a nap delays the end of a wait by less than half a percent
constexpr std::chrono::milliseconds look_interval{50};

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb" ::: "memory");
#endif
}

double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

/// The operation, and the block if it is for one.
std::string describe_operation(const char* operation, address at) {
  return at.is_null() ? operation : fmt::format("{} of {}", operation, to_string(at));
}

/// Another thread of this rank may hold what is waited for, or this thread itself, by a guard that has moved.
std::string describe_awaited(const runtime_state& state, address at, rank_t holder, const awaited_role& role) {
  if (holder != nobody) {
    const std::string who = fmt::format("rank {}{}", holder, holder == state.rank() ? " (this rank itself)" : "");
    return at.is_null() ? who : fmt::format("{}, {}", who, role.one);
  }
  return at.is_null() ? role.others : role.any;
}

/// Those of the ranks that the wait is for that are known to be gone. A holder cannot give a block back whose home is
/// gone, and a rank that waits for it may be near that home and never talk to it.
std::vector<rank_t> find_lost(runtime_state& state, address at, rank_t holder) {
  std::vector<rank_t> lost;
  for (rank_t each = 0; each < state.size(); ++each) {
    const bool awaited = holder == nobody || each == holder || (!at.is_null() && each == at.home());
    if (awaited && each != state.rank() && state.wire->lost(each)) {
      lost.push_back(each);
    }
  }
  return lost;
}

/// `rank 1 on node2 is gone`, `ranks 1, 4-5 on node2, node7 are gone`, `rank 1 on node2 has called exit(3)`
std::string describe_lost(const runtime_state& state, const std::vector<rank_t>& lost) {
  if (lost.size() == 1 && state.near(lost.front())) {
    const auto* const page = reinterpret_cast<const control_page*>(state.mapped(lost.front()).data());
    if (const int status = page->exit_status.load(std::memory_order_acquire); status != 0) {
      return fmt::format("{} has called exit({})", state.describe(lost.front()), status);
    }
  }
  std::vector<std::string> hosts;
  for (const rank_t each : lost) {
    const std::string& host = state.job.processors[static_cast<std::size_t>(each)];
    if (std::ranges::find(hosts, host) == hosts.end()) {
      hosts.push_back(host);
    }
  }
  return fmt::format("{} on {} {} gone", describe_ranks(lost), fmt::join(hosts, ", "), lost.size() == 1 ? "is" : "are");
}

}  // namespace

waiter::waiter(runtime_state& state, const char* operation, address at, awaited_role role)
    : state_(state), operation_(operation), at_(at), role_(role) {}

void waiter::step(rank_t holder) {
  if (state_.wire != nullptr) {
    state_.wire->progress();
    state_.begun->move_on();
  }
  ++steps_;
  if (!state_.job.oversubscribed && steps_ <= spins) {
    pause();
    return;
  }
  ::sched_yield();
  if (steps_ % yields_per_look == 0) {
    look_around(holder);
  }
}

void waiter::look_around(rank_t holder) {
  const auto now = std::chrono::steady_clock::now();
  const auto& settings = state_.settings;
  // The clock costs more than many a wait takes, so it starts late.
  if (start_ == std::chrono::steady_clock::time_point()) {
    start_ = now;
    next_warning_ = settings.warn_after.value_or(std::chrono::nanoseconds::max());
    next_look_ = now + std::min({std::chrono::nanoseconds(look_interval), next_warning_,
                                 settings.timeout.value_or(std::chrono::nanoseconds::max())});
    return;
  }
  const std::chrono::nanoseconds waited = now - start_;
  if (waited > patience) {
    std::this_thread::sleep_for(std::clamp(waited / naps_in_a_wait, shortest_nap, longest_nap));
  }
  if (now < next_look_) {
    return;
  }
  next_look_ = now + look_interval;
  if (state_.wire != nullptr) {
    state_.begun->check(state_);
    const std::vector<rank_t> lost = find_lost(state_, at_, holder);
    if (lost_since_ == std::chrono::steady_clock::time_point()) {
      lost_since_ = now;
    }
    if (lost.empty()) {
      lost_since_ = {};
    } else if (now - lost_since_ >= state_.job.forgiveness) {
      throw peer_error(lost.front(), fmt::format("{}: {}, after a wait of {:.1f} s for {}",
                                                 describe_operation(operation_, at_), describe_lost(state_, lost),
                                                 seconds(waited), describe_awaited(state_, at_, holder, role_)));
    }
  }
  if (settings.timeout.has_value() && waited >= *settings.timeout) {
    throw timeout_error(
        fmt::format("{} has waited {:.1f} s for {}: longer than LIANA_TIMEOUT (options::timeout) allows, {} s",
                    describe_operation(operation_, at_), seconds(waited), describe_awaited(state_, at_, holder, role_),
                    seconds(*settings.timeout)));
  }
  if (waited >= next_warning_) {
    log::warn("{} has waited {:.1f} s for {}", describe_operation(operation_, at_), seconds(waited),
              describe_awaited(state_, at_, holder, role_));
    next_warning_ = waited > std::chrono::nanoseconds::max() / 2 ? std::chrono::nanoseconds::max() : waited * 2;
  }
}

}  // namespace liana::detail
