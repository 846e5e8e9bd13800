// What the threads of all ranks do to the objects that they share, at random, and what must hold whoever comes first.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include <liana/array.hpp>
#include <liana/atomic.hpp>
#include <liana/global_ptr.hpp>
#include <liana/mutex.hpp>
#include <liana/statistics.hpp>

#include "tests/sim/threaded_job.hpp"

namespace liana_tests::sim {

/// An object whose words all say its version; one that was read torn does not look so.
template <std::size_t Words>
struct versioned {
  std::array<std::uint64_t, Words> words;

  [[nodiscard]] bool whole() const { return std::ranges::count(words, words[0]) == std::ptrdiff_t{Words}; }
  [[nodiscard]] std::uint64_t version() const { return words[0]; }
  void set(std::uint64_t version) { words.fill(version); }
};

/// The objects, who writes them, and what holds:
///
/// - counted: anybody, one version after the other, by guard; whole, versions grow, no write is lost
/// - published: its thread alone, by put; whole, versions grow
/// - cells: its thread alone, by parts of blocks; versions grow
/// - table: anybody, by views; views do not change, versions grow, no write is lost
/// - passed on: its maker, before another rank gets it; whole, that rank destroys it
/// - added to: anybody, by atomics; values grow, no addition is lost
/// - locked: who has the mutex, or the shared mutex alone, by get and put; no write is lost
///
/// Versions grow as one thread sees them, in whatever way it reads.
class random_accesses final : public threaded_program {
 public:
  /// `mixed`: also what is begun and waited for later, atomics and locks, which put an order between threads in which a
  /// race may go unseen.
  random_accesses(std::size_t ranks, unsigned threads, unsigned accesses, std::uint64_t seed, bool mixed);

  void set_up(liana::rank_t rank) override;
  void act(const participant& who) override;
  void look_back(liana::rank_t rank) override;

  /// What it came to, in one line.
  [[nodiscard]] std::string summary() const;

  using small = versioned<2>;  ///< lies in the replica's header
  using large = versioned<128>;
  using page = versioned<512>;  ///< takes a page of the cache

  /// The objects as one rank has been told of them.
  struct known_objects {
    std::vector<liana::global_ptr<small>> counted_small;
    std::vector<liana::global_ptr<large>> counted;
    std::vector<liana::global_ptr<page>> published;  ///< by participant
    liana::array<std::uint64_t> cells;
    liana::array<std::uint64_t> table;
    liana::global_atomic<std::uint64_t> added_to;
    liana::global_mutex mutex;
    liana::global_shared_mutex shared_mutex;
    std::vector<liana::global_ptr<std::uint64_t>> locked;  ///< by the mutex, and by the shared one
  };

  /// Objects on their way to a participant.
  struct mailbox {
    std::mutex mutex;
    std::vector<liana::global_ptr<large>> objects;
  };

  static constexpr std::size_t cells_each = 20;  ///< in blocks of 16, so that neighbours share them
  static constexpr std::size_t table_size = 160;

 private:
  friend class random_thread;

  static void note(std::atomic<std::uint64_t>& sum, std::uint64_t by) { sum.fetch_add(by, std::memory_order_relaxed); }

  std::size_t ranks_;
  unsigned threads_;
  unsigned accesses_;
  std::uint64_t seed_;
  bool mixed_;
  std::vector<known_objects> known_;  ///< by rank
  std::vector<mailbox> mail_;         ///< by participant
  // Relaxed: nothing that this test does for itself may order what the threads do.
  std::atomic<std::uint64_t> counted_{0};
  std::atomic<std::uint64_t> tabled_{0};
  std::atomic<std::uint64_t> added_{0};
  std::array<std::atomic<std::uint64_t>, 2> locked_{};
  std::atomic<std::uint64_t> refused_{0};  ///< for want of room in a tiny cache
  std::atomic<std::uint64_t> passed_on_{0};
  liana::statistics counts_;
};

}  // namespace liana_tests::sim
