#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include <liana/detail/address.hpp>
#include <liana/statistics.hpp>

namespace liana::detail {

/// How many counters there are: the fields of liana::statistics, which says what each one means.
inline constexpr std::size_t counters = sizeof(statistics) / sizeof(std::uint64_t);

/// The numbers of the counters, by their names: `count(counter.hits)`.
inline constexpr statistics counter = [] {
  std::array<std::uint64_t, counters> numbers{};
  std::iota(numbers.begin(), numbers.end(), std::uint64_t{0});
  return std::bit_cast<statistics>(numbers);
}();

/// Blocks in a row held by guards or a view of one thread: what a waiting thread looks up to tell a wait for itself
/// from a wait for others. Taken by the thread it belongs to, given up by whichever thread closes the last guard.
///
/// A guard that has moved may be another thread's now, so its record says no more of the thread that opened it. Only
/// then other threads look at the record.
struct hold_record {
  /// The number of the runtime, because a guard can outlive it; whether the hold is for writing; and `moved`.
  class kind {
   public:
    kind() = default;
    constexpr kind(std::uint64_t runtime, bool writing) : word_((runtime << 32U) | (writing ? 1U : 0U)) {}

    [[nodiscard]] constexpr std::uint64_t runtime() const { return word_ >> 32U; }
    [[nodiscard]] constexpr bool writing() const { return (word_ & 1U) != 0; }
    /// 0, or a number that no other hold in this record had: who sees the same one before and after a look has not
    /// mixed two holds.
    [[nodiscard]] constexpr std::uint32_t moved() const { return static_cast<std::uint32_t>(word_) >> 1U; }
    [[nodiscard]] constexpr kind with_moved(std::uint32_t number) const {
      kind same(runtime(), writing());
      same.word_ |= std::uint64_t{number} << 1U;
      return same;
    }
    constexpr bool operator==(const kind&) const = default;

   private:
    std::uint64_t word_ = 0;
  };

  std::atomic<std::uint64_t> first{0};   ///< block; 0: the record is free
  std::atomic<std::uint64_t> last{0};    ///< block, included
  std::atomic<kind> what{};              ///< written before both
  std::atomic<std::uint32_t> guards{0};  ///< that share the record
  std::atomic<std::uint32_t> moves{0};   ///< holds in this record that have moved, ever
};
static_assert(std::atomic<hold_record::kind>::is_always_lock_free);

/// Whether a guard that holds something in this process has ever moved: only then a thread looks at the records of
/// others.
inline std::atomic<bool> guards_have_moved{false};

inline void note_moved(hold_record& record) noexcept {
  const hold_record::kind what = record.what.load(std::memory_order_relaxed);
  if (what.moved() == 0) {
    constexpr std::uint32_t most = 0x7FFF'FFFF;
    const std::uint32_t number = record.moves.load(std::memory_order_relaxed) % most + 1;
    record.moves.store(number, std::memory_order_relaxed);
    record.what.store(what.with_moved(number), std::memory_order_relaxed);
  }
  if (!guards_have_moved.load(std::memory_order_relaxed)) {
    guards_have_moved.store(true, std::memory_order_relaxed);
  }
}

/// The records of one thread; any thread may look at them. They stay where they are.
struct hold_records {
  std::array<hold_record, 16> some;
  std::atomic<hold_records*> more{nullptr};
};

/// A mutex that a thread holds.
struct held_lock {
  std::uint64_t lock = 0;  ///< address
  std::uint64_t node = 0;  ///< its place in the queue; 0: held with other readers
};

/// What one thread of this rank has: counters, holds and locks. Never freed while the process lives, but reused by a
/// later thread.
struct alignas(64) thread_state {
  std::array<std::atomic<std::uint64_t>, counters> counts{};
  hold_records holds;
  std::vector<held_lock> locks;
  std::vector<std::uint64_t> idle_nodes;  ///< places in queues of locks, for the next lock
  std::uint64_t locks_of = 0;             ///< the runtime, by its number, that they are of
  thread_state* next = nullptr;           ///< of all threads' states
  std::atomic<bool> in_use{true};
};

inline thread_local constinit thread_state* this_thread = nullptr;

/// Gives the calling thread its state; `this_thread` is set from then on.
thread_state& attach_thread();

/// The first of all threads' states that this process ever had; follow `next`.
thread_state* first_thread();

inline thread_state& thread() {
  thread_state* const mine = this_thread;
  return mine != nullptr ? *mine : attach_thread();
}

/// Counts without a locked instruction: nobody else writes this thread's counters.
inline void count(std::uint64_t which, std::uint64_t by = 1) {
  auto& word = thread().counts[which];
  word.store(word.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

}  // namespace liana::detail
