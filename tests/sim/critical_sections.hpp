// Locks of a simulated job, and the check that they keep out whom they have to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <liana/mutex.hpp>

#include "runtime/state/runtime_state.hpp"

namespace liana_tests::sim {

/// A lock of the job and where it lies.
struct lock_plan {
  liana::rank_t home = 0;
  bool shared = false;  ///< a global_shared_mutex
};

/// How a thread enters.
enum class entrance : std::uint8_t { exclusive, shared, try_exclusive, try_shared };

class critical_sections {
 public:
  explicit critical_sections(const std::vector<lock_plan>& locks) : locks_(locks.size()) {
    for (std::size_t i = 0; i < locks.size(); ++i) {
      locks_[i].plan = locks[i];
    }
  }

  /// Makes the locks whose home this rank is.
  void make(const liana::detail::runtime_state& state) {
    for (lock& each : locks_) {
      if (each.plan.home == state.rank()) {
        each.mutex = liana::make_mutex();
        each.shared_mutex = liana::make_shared_mutex();
      }
    }
  }

  /// Runs `inside` with the lock, if the thread gets it. A rank that is lost inside stays there, and its lock with it.
  template <class F>
  void enter(std::size_t which, entrance how, F inside) {
    lock& at = locks_[which];
    const bool tries = how == entrance::try_exclusive || how == entrance::try_shared;
    const bool together = how == entrance::shared || how == entrance::try_shared;
    if (!at.plan.shared) {
      occupy(at, true, hold<std::unique_lock>(at.mutex, tries), inside);
    } else if (together) {
      occupy(at, false, hold<std::shared_lock>(at.shared_mutex, tries), inside);
    } else {
      occupy(at, true, hold<std::unique_lock>(at.shared_mutex, tries), inside);
    }
  }

  [[nodiscard]] const std::optional<std::string>& violation() const { return violation_; }

 private:
  struct lock {
    lock_plan plan;
    liana::global_mutex mutex;
    liana::global_shared_mutex shared_mutex;
    unsigned writers = 0;
    unsigned readers = 0;
  };

  template <template <class> class Lock, class Mutex>
  static Lock<Mutex> hold(Mutex& mutex, bool tries) {
    return tries ? Lock<Mutex>(mutex, std::try_to_lock) : Lock<Mutex>(mutex);
  }

  template <class Lock, class F>
  void occupy(lock& at, bool alone, const Lock& held, F inside) {
    if (!held.owns_lock()) {
      return;
    }
    unsigned& mine = alone ? at.writers : at.readers;
    const auto check = [&] {
      if (at.writers > 1 || (at.writers == 1 && at.readers != 0)) {
        violation_ = fmt::format("{} writers and {} readers are inside one lock", at.writers, at.readers);
      }
    };
    ++mine;
    check();
    try {
      inside();
    } catch (...) {
      --mine;
      throw;
    }
    check();
    --mine;
  }

  std::vector<lock> locks_;
  std::optional<std::string> violation_;
};

}  // namespace liana_tests::sim
