#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <span>
#include <utility>

#include <liana/detail/array_ahead.hpp>
#include <liana/detail/array_storage.hpp>
#include <liana/detail/pending.hpp>
#include <liana/detail/view_holds.hpp>

namespace liana {

/// Elements that are being read into memory of the caller. From `array<T>::async_gather` and `array<T>::async_get`.
///
/// What is near or a hit is there from the start; where that is all, the handle is ready and nothing was allocated.
/// The far blocks of the rest are on the way, as many as the transport takes and a quarter of the cache holds, and
/// others follow whenever the handle is asked. Elements come into the memory only within calls of the handle, each
/// block as it is at some moment between the beginning and the end: of the order of such reads see `pending_get`.
///
/// The memory belongs to the handle until `wait()` has returned or `ready()` was true, or the handle is gone: then what
/// had not come stays as it was. Movable. Different threads may use different handles.
class [[nodiscard]] pending_reads {
 public:
  /// Of nothing: ready.
  pending_reads() = default;
  pending_reads(pending_reads&& other) noexcept
      : reads_(std::exchange(other.reads_, {})), polls_(std::exchange(other.polls_, 0)) {}
  pending_reads& operator=(pending_reads&& other) noexcept {
    reads_ = std::exchange(other.reads_, {});
    polls_ = std::exchange(other.polls_, 0);
    return *this;
  }
  pending_reads(const pending_reads&) = delete;
  pending_reads& operator=(const pending_reads&) = delete;
  ~pending_reads() = default;

  /// Whether all elements are there. Moves on without waiting. Also true when a home is found gone, which `wait` then
  /// reports.
  [[nodiscard]] bool ready() {
    return detail::try_finish_reads(reads_) || detail::find_lost(reads_.pieces[reads_.read].at, -1, polls_);
  }

  /// Waits until all are. Throws as the reads that wait do.
  void wait() { detail::finish_reads(reads_); }

  /// For the library.
  explicit pending_reads(detail::begun_reads reads) : reads_(std::move(reads)) {}

 private:
  detail::begun_reads reads_{};
  std::uint32_t polls_ = 0;
};

/// A walk in order through a range of elements of an array, block by block, with the blocks ahead on their way. From
/// `array<T>::walk(first, n)`.
///
///     for (std::span<const T> chunk : a.walk(0, a.size())) { ... }
///
/// Each chunk is what one block has of the range: never empty, at its beginning and end a part of a block, and a
/// snapshot of it from when the walk came to it, which does not change until the walk goes on or is gone. No other
/// block is held, so a walk may go through more than the cache holds, which a `read_view` may not; and where the home
/// is this rank, writers of one block wait, and only while the walk is there.
///
/// Never fetches a block that has no element of the range. A walk that ends early has fetched the blocks that were
/// ahead.
///
/// Goes once, and stays where it was made: it is neither copied nor moved. One thread at a time.
template <class T>
class [[nodiscard]] read_walk {
 public:
  /// An input iterator; the chunk that it refers to is the walk's.
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = std::span<const T>;
    using difference_type = std::ptrdiff_t;

    [[nodiscard]] std::span<const T> operator*() const { return walk_->chunk_; }
    iterator& operator++() {
      walk_->advance();
      return *this;
    }
    // What a copy of before refers to has gone, so none is returned, as std::input_iterator allows.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Weffc++"
    void operator++(int) { walk_->advance(); }
#pragma GCC diagnostic pop
    friend bool operator==(const iterator& at, std::default_sentinel_t /*end*/) { return at.is_at_end(); }

   private:
    friend class read_walk;
    explicit iterator(read_walk& walk) : walk_(&walk) {}
    [[nodiscard]] bool is_at_end() const { return walk_->chunk_.empty(); }

    read_walk* walk_;
  };

  read_walk(const read_walk&) = delete;
  read_walk& operator=(const read_walk&) = delete;
  read_walk(read_walk&&) = delete;
  read_walk& operator=(read_walk&&) = delete;
  ~read_walk() = default;

  /// Comes to the first chunk. To be called once. Throws, as the increments do, what a read throws.
  [[nodiscard]] iterator begin() {
    advance();
    return iterator(*this);
  }
  [[nodiscard]] std::default_sentinel_t end() const { return std::default_sentinel; }

  /// For the library.
  read_walk(std::shared_ptr<const detail::array_storage> storage, std::size_t first, std::size_t count,
            std::size_t depth)
      : storage_(std::move(storage)), next_(first), end_(first + count) {
    if (count != 0) {
      ahead_ = detail::plan_walk(*storage_, first, count, depth);
    }
  }

 private:
  void advance() {
    hold_.close();
    chunk_ = {};
    if (next_ == end_) {
      return;
    }
    const auto& storage = detail::require_range(storage_.get(), "array::walk", next_, end_ - next_);
    const auto from = storage.find(next_);
    const std::size_t elements = std::min(end_ - next_, storage.per_block.divisor() - from.in_block);
    detail::fetch_ahead(storage, ahead_, from.block);
    const std::byte* const data = hold_.open(storage.element(next_), elements * sizeof(T));
    chunk_ = {reinterpret_cast<const T*>(data), elements};
    next_ += elements;
  }

  std::shared_ptr<const detail::array_storage> storage_;
  std::size_t next_;
  std::size_t end_;
  detail::walk_ahead ahead_{};
  detail::read_holds hold_{};
  std::span<const T> chunk_{};
};

/// Blocks that a walk has on the way in front of it, unless it is told otherwise.
inline constexpr std::size_t default_read_ahead = 32;

}  // namespace liana
