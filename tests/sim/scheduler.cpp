#include "tests/sim/scheduler.hpp"

#include <algorithm>
#include <utility>

#include "tests/sim/scheduler_parts.hpp"

namespace liana_tests::sim {
namespace {

scheduler* current_scheduler = nullptr;

constexpr std::uint64_t most_agents = 1024;
constexpr std::uint64_t first_buffer = 64;  ///< numbers of agents: threads, their store buffers, the network's
constexpr std::uint64_t first_of_wires = 128;
constexpr std::uint64_t middle = std::uint64_t{1} << 40U;  ///< random priorities are above, the bottom sinks from here
constexpr std::chrono::nanoseconds time_of_a_choice{2000};
constexpr std::uint64_t long_run = 1'000'000;

}  // namespace

scheduler::scheduler(schedule_options with, seeded_chooser& choices, liana::transport::sim::network& wires)
    : options_(with),
      choices_(choices),
      wires_(wires),
      priorities_(most_agents, 0),
      stopped_until_(most_agents, 0),
      bottom_(middle) {
  current_scheduler = this;
  for (std::uint64_t i = 0; i < options_.preemptions; ++i) {
    falls_.push_back(1 + choices_.below(options_.expected));
  }
  std::ranges::sort(falls_, std::greater<>());
}

scheduler::~scheduler() { current_scheduler = nullptr; }

scheduler* scheduler::active() { return current_scheduler; }

int scheduler::rank() const { return running_->rank; }
unsigned scheduler::thread() const { return running_->thread; }

void scheduler::start(int rank, unsigned thread, std::function<void()> body) {
  auto made = std::make_unique<thread_of_rank>(rank, thread, [this, body = std::move(body)] {
    body();
    fence();
    inside_ = false;
    liana::detail::this_thread->in_use.store(false, std::memory_order_release);
  });
  // Here, where it is no step: how long the runtime looks for one depends on what the process did before.
  liana::detail::thread_state* const mine = liana::detail::this_thread;
  made->state = &liana::detail::attach_thread();
  liana::detail::this_thread = mine;
  if (running_ != nullptr) {
    made->context = liana::detail::current;
  }
  threads_.push_back(std::move(made));
}

void scheduler::kill(int rank) {
  for (const auto& each : threads_) {
    each->killed = each->killed || each->rank == rank;
  }
}

bool scheduler::alive(int rank) const {
  return std::ranges::any_of(threads_, [rank](const auto& each) { return each->rank == rank && !each->killed; });
}

bool scheduler::can_run(const thread_of_rank& which) { return !which.stack.ended() && !which.killed; }

bool scheduler::run() {
  while (std::ranges::any_of(threads_, [](const auto& each) { return can_run(*each); })) {
    if (++picks_ > options_.limit) {
      return false;
    }
    if (picks_ >= event_at_) {
      event_at_ = UINT64_MAX;
      event_();
    }
    now_ += time_of_a_choice;
    if (!pick()) {
      skip_time();
    }
  }
  return true;
}

bool scheduler::pick() {
  switch (options_.how) {
    case scheduling::calm:
      return pick_in_turn();
    case scheduling::random:
      return pick_random();
    default:
      return pick_by_priority();
  }
}

bool scheduler::pick_in_turn() {
  for (bool moved = true; moved;) {
    const auto ready = wires_.ready();
    moved = std::ranges::any_of(ready, [this](std::size_t agent) { return wires_.step(agent); });
  }
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    turn_ = (turn_ + 1) % threads_.size();
    thread_of_rank& next = *threads_[turn_];
    while (!next.stores.empty()) {
      drain_one(next);
    }
    if (can_run(next) && next.asleep_until <= now_) {
      budget_ = long_run;
      resume(next);
      return true;
    }
  }
  return false;
}

bool scheduler::stopped(std::uint64_t agent) const { return stopped_until_[agent] > picks_; }

void scheduler::stop_somebody() {
  const auto ready = wires_.ready();
  const std::uint64_t which = choices_.below(threads_.size() + ready.size());
  const std::uint64_t agent = which < threads_.size() ? which : first_of_wires + ready[which - threads_.size()];
  stopped_until_[agent] = picks_ + (std::uint64_t{8} << choices_.below(9));
  if (tracing()) {
    trace(which < threads_.size() ? "rank " + std::to_string(threads_[which]->rank) + " stops for long"
                                  : std::string("a line of the network stops for long"));
  }
}

bool scheduler::pick_random() {
  if (options_.stop_once_in != 0 && choices_.once_in(options_.stop_once_in)) {
    stop_somebody();
  }
  if (choices_.once_in(options_.wire_share)) {
    const auto ready = wires_.ready();
    if (!ready.empty()) {
      const std::size_t agent = ready[choices_.below(ready.size())];
      if (!stopped(first_of_wires + agent)) {
        wires_.step(agent);
        return true;
      }
    }
  }
  const std::size_t start = choices_.below(threads_.size());
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    const std::size_t number = (start + i) % threads_.size();
    thread_of_rank& each = *threads_[number];
    if (!each.stores.empty() && choices_.once_in(4)) {
      drain_one(each);
      return true;
    }
    if (can_run(each) && each.asleep_until <= now_ && !stopped(number)) {
      budget_ = 1 + choices_.below(2 * options_.mean_run - 1);
      resume(each);
      return true;
    }
  }
  return false;
}

std::uint64_t& scheduler::priority(std::uint64_t agent) {
  std::uint64_t& its = priorities_[agent];
  if (its == 0) {
    its = middle + 1 + choices_.below(middle);
  }
  return its;
}

bool scheduler::pick_by_priority() {
  std::uint64_t best = most_agents;
  const auto consider = [&](std::uint64_t agent) {
    if (best == most_agents || priority(agent) > priority(best)) {
      best = agent;
    }
  };
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    if (can_run(*threads_[i]) && threads_[i]->asleep_until <= now_) {
      consider(i);
    }
    if (!threads_[i]->stores.empty()) {
      consider(first_buffer + i);
    }
  }
  for (const std::size_t each : wires_.ready()) {
    consider(first_of_wires + each);
  }
  if (best == most_agents) {
    return false;
  }
  if (!falls_.empty() && ticks_ >= falls_.back()) {
    falls_.pop_back();
    priority(best) = --bottom_;
    return true;
  }
  ++ticks_;
  if (best >= first_of_wires) {
    if (!wires_.step(best - first_of_wires)) {
      priority(best) = --bottom_;
    }
  } else if (best >= first_buffer) {
    drain_one(*threads_[best - first_buffer]);
  } else {
    const std::uint64_t until_fall = falls_.empty() ? long_run : falls_.back() - ticks_;
    budget_ = until_fall + 1;
    const std::uint64_t given = budget_;
    resume(*threads_[best]);
    ticks_ += given - budget_;
  }
  return true;
}

/// Nobody can go on: everybody sleeps or was stopped.
void scheduler::skip_time() {
  std::ranges::fill(stopped_until_, 0);
  std::chrono::nanoseconds next = std::chrono::nanoseconds::max();
  for (const auto& each : threads_) {
    if (can_run(*each)) {
      next = std::min(next, each->asleep_until);
    }
  }
  if (next > now_ && next != std::chrono::nanoseconds::max()) {
    now_ = next;
  }
}

void scheduler::resume(thread_of_rank& which) {
  running_ = &which;
  liana::detail::current = which.context;
  liana::detail::this_thread = which.state;
  inside_ = true;
  which.stack.resume();
  inside_ = false;
  which.context = liana::detail::current;
  which.state = liana::detail::this_thread;
  liana::detail::current = &liana::detail::no_context;
  liana::detail::this_thread = nullptr;
  running_ = nullptr;
}

void scheduler::give_up_turn() {
  inside_ = false;
  running_->stack.suspend();
  inside_ = true;
}

void scheduler::wait() {
  if (options_.how == scheduling::priorities) {
    const auto mine = std::ranges::find_if(threads_, [this](const auto& each) { return each.get() == running_; });
    priority(static_cast<std::uint64_t>(mine - threads_.begin())) = --bottom_;
  }
  give_up_turn();
}

void scheduler::sleep(std::chrono::nanoseconds duration) {
  running_->asleep_until = now_ + duration;
  give_up_turn();
}

std::string scheduler::unfinished() const {
  std::string names;
  for (const auto& each : threads_) {
    if (can_run(*each)) {
      names += (names.empty() ? "rank " : ", rank ") + std::to_string(each->rank) + " thread " +
               std::to_string(each->thread);
    }
  }
  return names;
}

void scheduler::trace_access(const char* what, const void* at, std::uint64_t value) const {
  if (const std::string place = name_ ? name_(at) : std::string(); !place.empty()) {
    trace("rank " + std::to_string(rank()) + " thread " + std::to_string(thread()) + " " + what + " " + place + ": " +
          std::to_string(value));
  }
}

void scheduler::trace(const std::string& what) const {
  if (tracer_) {
    tracer_(what);
  }
}

}  // namespace liana_tests::sim
