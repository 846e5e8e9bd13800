#include "tests/sim/threaded_job.hpp"

#include <sched.h>

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <random>
#include <span>
#include <thread>
#include <utility>

#include <liana/detail/context.hpp>
#include <liana/runtime.hpp>

#include "runtime/job/startup.hpp"
#include "tests/sim/arena.hpp"
#include "tests/sim/job.hpp"
#include "transport/sim/sim_transport.hpp"

// ThreadSanitizer's, for code that it is not to look at.
extern "C" {
// NOLINTBEGIN(readability-identifier-naming): its names
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);
void AnnotateIgnoreSyncBegin(const char* file, int line);
void AnnotateIgnoreSyncEnd(const char* file, int line);
// NOLINTEND(readability-identifier-naming)
}

namespace liana_tests::sim {
namespace {

using liana::detail::current;

thread_local liana::rank_t my_rank = 0;
thread_local unsigned my_thread = 0;

/// While it lives ThreadSanitizer sees nothing of what this thread does. A network is no part of the program: whoever
/// moves it on carries out operations of others, which must neither count as this thread's accesses nor, through the
/// lock and the network's own memory, order what two threads of a rank do. Leaving the network uninstrumented is not
/// enough: it shares the standard library's templates with the runtime, calls memcpy, and takes and gives memory.
class unseen {
 public:
  unseen() {
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
    AnnotateIgnoreSyncBegin(__FILE__, __LINE__);
  }
  unseen(const unseen&) = delete;
  unseen& operator=(const unseen&) = delete;
  unseen(unseen&&) = delete;
  unseen& operator=(unseen&&) = delete;
  ~unseen() {
    AnnotateIgnoreSyncEnd(__FILE__, __LINE__);
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
  }
};

class spin_lock {
 public:
  void lock() {
    while (taken_.test_and_set()) {
      ::sched_yield();
    }
  }
  void unlock() { taken_.clear(); }

 private:
  std::atomic_flag taken_;
};

class seeded final : public liana::transport::sim::chooser {
 public:
  explicit seeded(std::uint64_t seed) : random_(seed) {}
  std::uint64_t below(std::uint64_t n) override { return random_() % n; }

 private:
  std::mt19937_64 random_;
};

/// The network, for one thread at a time.
class shared_network {
 public:
  shared_network(const threaded_options& with, std::uint64_t seed)
      : choices_(seed), wires_(static_cast<liana::rank_t>(with.real_hosts.size()), with.network, choices_) {}

  liana::transport::sim::network& wires() { return wires_; }

  void alone(const std::function<void()>& body) {
    const unseen hidden;
    const std::scoped_lock lock(lock_);
    body();
  }

  void move_on() {
    constexpr std::uint64_t most_steps = 8;
    alone([this] {
      for (std::uint64_t steps = 1 + choices_.below(most_steps); steps != 0; --steps) {
        const auto ready = wires_.ready();
        if (ready.empty()) {
          return;
        }
        wires_.step(ready[choices_.below(ready.size())]);
      }
    });
    ::sched_yield();
  }

 private:
  spin_lock lock_;
  seeded choices_;
  liana::transport::sim::network wires_;
};

/// One run.
class threaded_job {
 public:
  threaded_job(const threaded_options& with, std::uint64_t seed, threaded_program& program)
      : with_(with), program_(program), network_(with, seed), job_(with.real_hosts) {
    arena::reset();
    job_.rank = [] { return my_rank; };
    job::current() = &job_;
    liana::transport::sim::the_world() = {.wires = &network_.wires(),
                                          .thread = [] { return my_thread; },
                                          .wait = [this] { network_.move_on(); },
                                          .alone = [this](const std::function<void()>& body) { network_.alone(body); }};
  }
  threaded_job(const threaded_job&) = delete;
  threaded_job& operator=(const threaded_job&) = delete;
  threaded_job(threaded_job&&) = delete;
  threaded_job& operator=(threaded_job&&) = delete;
  ~threaded_job() { job::current() = nullptr; }

  std::vector<std::string> run() {
    const std::size_t size = with_.real_hosts.size();
    std::vector<std::thread> ranks;
    ranks.reserve(size);
    for (liana::rank_t rank = 0; rank < static_cast<liana::rank_t>(size); ++rank) {
      ranks.emplace_back([this, rank] { noting_failures(rank, [&] { run_rank(rank); }); });
    }
    for (std::thread& each : ranks) {
      each.join();
    }
    return std::move(failures_);
  }

 private:
  /// With its first thread.
  void run_rank(liana::rank_t rank) {
    my_rank = rank;
    my_thread = 0;
    auto state = liana::detail::start_runtime(with_.runtime, {});
    if (with_.cache_pages != 0) {
      const auto& layout = state->layout_of(rank);
      state->replicas.emplace(
          std::span(state->memory.segment.data() + layout.cache, with_.cache_pages * liana::detail::page_bytes),
          [](std::byte*, std::size_t) {});
      state->replicas->describe(state->hot);
    }
    noting_failures(rank, [&] {
      program_.set_up(rank);
      liana::barrier();
      run_threads(rank);
      liana::barrier();
      program_.look_back(rank);
      liana::barrier();
    });
    liana::detail::end_runtime(std::move(state), false);
  }

  void run_threads(liana::rank_t rank) {
    liana::detail::context* const here = current;
    const auto act = [&](unsigned thread) {
      my_rank = rank;
      my_thread = thread;
      current = here;
      noting_failures(rank, [&] {
        program_.act(
            {.rank = rank, .thread = thread, .number = static_cast<std::size_t>(rank) * with_.threads + thread});
      });
    };
    std::vector<std::thread> others;
    others.reserve(with_.threads - 1);
    for (unsigned thread = 1; thread < with_.threads; ++thread) {
      others.emplace_back(act, thread);
    }
    act(0);
    for (std::thread& each : others) {
      each.join();
    }
  }

  template <class Body>
  void noting_failures(liana::rank_t rank, Body body) {
    try {
      body();
    } catch (const std::exception& problem) {
      const std::scoped_lock lock(failures_mutex_);
      failures_.push_back("rank " + std::to_string(rank) + ": " + problem.what());
    }
  }

  const threaded_options& with_;
  threaded_program& program_;
  shared_network network_;
  job job_;
  std::mutex failures_mutex_;
  std::vector<std::string> failures_;
};

}  // namespace

std::vector<std::string> run_threaded(const threaded_options& with, std::uint64_t seed, threaded_program& program) {
  return threaded_job(with, seed, program).run();
}

void in_another_thread(const std::function<void()>& body) {
  // Beyond the numbers of the rank's own, so that its operations keep an order of their own.
  constexpr unsigned guests = 1000;
  liana::detail::context* const here = current;
  std::exception_ptr failure;
  std::thread([&, rank = my_rank, host = my_thread] {
    my_rank = rank;
    my_thread = guests + host;
    current = here;
    try {
      body();
    } catch (...) {
      failure = std::current_exception();
    }
  }).join();
  if (failure != nullptr) {
    std::rethrow_exception(failure);
  }
}

}  // namespace liana_tests::sim
