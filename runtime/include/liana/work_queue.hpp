#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <liana/detail/array_storage.hpp>
#include <liana/detail/type_name.hpp>
#include <liana/global_ptr.hpp>

namespace liana {

/// What a rank has done with a work queue; see `work_queue::counts`.
struct work_counts {
  std::uint64_t pushed = 0;
  std::uint64_t popped = 0;
  std::uint64_t steals = 0;  ///< that brought something
  std::uint64_t stolen = 0;  ///< items that they brought
};

/// `make_work_queue`.
struct work_queue_options {
  /// Items of each rank that others can take at one time; the rest waits in the rank's own memory, without a limit.
  std::size_t shared_items = 1024;
};

namespace detail {

/// Throws usage_error: the handle refers to no queue, or to one that is gone.
[[noreturn]] void refuse_queue(bool gone);

/// The part of a rank's work that others can take, and the count of ranks that have none. Items are bytes here.
///
/// Each rank has a ring of items and a word with the range of those that can be had; who takes some makes the range
/// smaller by compare-and-swap, and reads them afterwards. A rank that finds nothing anywhere counts itself as idle,
/// and not any more before it tries to take something, so that nobody who has work, or is getting it, is counted: when
/// all are, there is none.
///
/// Of one thread of a rank at a time.
class shared_work {
 public:
  /// Collective.
  shared_work(std::size_t item_bytes, std::size_t items, const char* type);

  /// Whether little is left for the others to take. Looks at the word now and then only.
  bool runs_low() {
    if (until_look_ != 0) [[likely]] {
      --until_look_;
      return false;
    }
    return look();
  }
  /// Shares items, as many as there is room for; returns how many.
  std::size_t share(const std::byte* items, std::size_t count);
  /// Takes back what this rank has shared and nobody has taken: half of it, `most` at most. Returns how many; 0 only if
  /// there is none.
  std::size_t take_back(std::byte* items, std::size_t most);
  /// One look at all other ranks; half of what the first of them has that has something.
  std::size_t steal(std::byte* items, std::size_t most);
  /// For a rank that has nothing: until it could take something, or nobody has anything any more; then 0 on all ranks.
  std::size_t wait_for_work(std::byte* items, std::size_t most);

  [[nodiscard]] std::size_t items() const { return items_; }
  [[nodiscard]] array_storage& storage() { return *storage_; }
  [[nodiscard]] bool alive() const { return storage_->alive; }

 private:
  bool look();
  std::size_t steal_from(rank_t victim, std::byte* items, std::size_t most);
  void copy_items(rank_t home, std::uint32_t first, std::size_t count, std::byte* to);

  std::size_t item_bytes_;
  std::size_t items_;  ///< in a ring; a power of two
  std::shared_ptr<array_storage> storage_;
  std::uint32_t between_looks_ = 1;  ///< at the own range; the more, the longer it does not run low
  std::uint32_t until_look_ = 0;
  std::uint32_t safe_ = 0;  ///< before it, nobody reads any more what was taken of this rank's ring
  std::uint64_t random_;
};

}  // namespace detail

/// Work that all ranks make and do: a queue for each of them, from which the others steal when theirs is empty. From
/// `make_work_queue`.
///
///     auto queue = liana::make_work_queue<node>();
///     if (liana::rank() == 0) queue.push(root);
///     while (auto item = queue.pop()) { ...; queue.push(child); ... }      // on every rank
///
/// A rank takes back first what it has pushed last, and shares what it has pushed first, of which a thief takes half
/// (as in J. Dinan, D. B. Larkins, P. Sadayappan, S. Krishnamoorthy and J. Nieplocha, "Scalable work stealing", SC09).
/// No CPU but the thief's takes part in a theft. `T` is trivially copyable and default-constructible.
///
/// Throws peer_error and timeout_error as every wait, resource_error where memory ends. Of one thread of a rank at a
/// time.
template <class T>
class work_queue {
 public:
  /// Empty: refers to no queue.
  work_queue() = default;

  work_queue(const work_queue&) = delete;
  work_queue& operator=(const work_queue&) = delete;
  /// What was moved from refers to no queue.
  work_queue(work_queue&& from) noexcept { swap(from); }
  work_queue& operator=(work_queue&& from) noexcept {
    work_queue(std::move(from)).swap(*this);
    return *this;
  }
  ~work_queue() = default;

  /// Adds an item to this rank's queue.
  void push(const T& item) {
    detail::shared_work& shared = core();
    if (newest_ == own_.size()) [[unlikely]] {
      make_room();
    }
    own_[newest_] = item;
    ++newest_;
    ++counts_.pushed;
    if (newest_ - oldest_ > keep && shared.runs_low()) {
      share_oldest(shared);
    }
  }

  /// The item of this rank that was pushed last, else one of another rank. Empty when no rank has any, which all ranks
  /// are told: to them the last call is a collective one, and the queue can be used again afterwards.
  std::optional<T> pop() {
    core();
    if (newest_ == oldest_ && !refill()) {
      return std::nullopt;
    }
    ++counts_.popped;
    --newest_;
    return own_[newest_];
  }

  /// What this rank has done since the queue was made.
  [[nodiscard]] const work_counts& counts() const { return counts_; }

  /// For the library.
  explicit work_queue(work_queue_options with)
      : shared_(std::make_unique<detail::shared_work>(sizeof(T), with.shared_items, detail::type_name<T>())) {}

 private:
  template <class U>
  friend void destroy(work_queue<U>& which);

  /// Items that a rank keeps for itself.
  static constexpr std::size_t keep = 4;

  void swap(work_queue& with) noexcept {
    std::swap(shared_, with.shared_);
    std::swap(own_, with.own_);
    std::swap(oldest_, with.oldest_);
    std::swap(newest_, with.newest_);
    std::swap(counts_, with.counts_);
  }

  detail::shared_work& core() {
    if (shared_ == nullptr || !shared_->alive()) [[unlikely]] {
      detail::refuse_queue(shared_ != nullptr);
    }
    return *shared_;
  }

  // What is rare stays out of the way, so that pushing and popping become part of the program's loop.

  [[gnu::noinline]] void make_room() {
    if (oldest_ > own_.size() / 2) {  // fewer items are moved than have been shared since
      std::copy(own_.begin() + static_cast<std::ptrdiff_t>(oldest_), own_.end(), own_.begin());
      newest_ -= oldest_;
      oldest_ = 0;
    } else {
      own_.resize(std::max<std::size_t>(64, 2 * own_.size()));
    }
  }

  [[gnu::noinline]] void share_oldest(detail::shared_work& shared) {
    const std::size_t count = std::min((newest_ - oldest_ + 1) / 2, shared.items());
    oldest_ += shared.share(reinterpret_cast<const std::byte*>(own_.data() + oldest_), count);
  }

  [[gnu::noinline]] bool refill() {
    detail::shared_work& shared = core();
    own_.resize(std::max(own_.size(), shared.items()));
    auto* const to = reinterpret_cast<std::byte*>(own_.data());
    std::size_t count = shared.take_back(to, shared.items());
    if (count == 0) {
      count = shared.steal(to, shared.items());
      if (count == 0) {
        count = shared.wait_for_work(to, shared.items());
      }
      counts_.steals += count != 0 ? 1 : 0;
      counts_.stolen += count;
    }
    oldest_ = 0;
    newest_ = count;
    return count != 0;
  }

  std::unique_ptr<detail::shared_work> shared_;
  std::vector<T> own_{};  ///< memory for this rank's items, of which it has those in [oldest_, newest_)
  std::size_t oldest_ = 0;
  std::size_t newest_ = 0;
  work_counts counts_{};
};

/// Collective. A queue without work. Throws on all ranks alike, as `make_array`.
template <class T>
[[nodiscard]] work_queue<T> make_work_queue(work_queue_options with = {}) {
  detail::require_shareable<T>();
  return work_queue<T>(with);
}

/// Collective. Frees the queue, whatever is in it; the handle is then empty.
template <class T>
void destroy(work_queue<T>& which) {
  detail::destroy_array_storage(which.core().storage());
  which = {};
}

}  // namespace liana
