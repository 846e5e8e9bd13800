#pragma once

#include <cassert>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <liana/detail/access.hpp>
#include <liana/detail/array_access.hpp>
#include <liana/detail/array_storage.hpp>
#include <liana/detail/view_holds.hpp>
#include <liana/detail/view_iterator.hpp>

namespace liana {

namespace detail {

/// What views for reading and for writing have in common: holds of the blocks of a range of elements, and where the
/// elements lie. Both are taken in one go, and the memory for them before, so that nothing is held when a constructor
/// throws.
template <class Element, class Holds>
class block_view {
 public:
  block_view() = default;
  block_view(const array_storage& storage, std::size_t first, std::size_t size) : size_(size) {
    if (size == 0) {
      return;
    }
    const auto from = storage.find(first);
    if (from.in_block + size <= storage.per_block.divisor()) {
      const address at = storage.element(first);
      only_run_ = reinterpret_cast<Element*>(holds_.open(at, size * sizeof(Element)));
      return;
    }
    const std::vector<address> blocks = blocks_of_range(storage, first, size);
    map_ = std::make_unique<view_map<Element>>();
    map_->per_block = storage.per_block;
    map_->skew = from.in_block;
    map_->blocks.resize(blocks.size());
    holds_.open(blocks);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      map_->blocks[i].data = reinterpret_cast<Element*>(holds_.data(i));
    }
    map_->find_runs(size);
    if (map_->blocks.front().run_end == size) {
      only_run_ = map_->blocks.front().data + from.in_block;
      map_.reset();
    }
  }
  block_view(block_view&& other) noexcept
      : holds_(std::move(other.holds_)),
        map_(std::move(other.map_)),
        only_run_(std::exchange(other.only_run_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  block_view& operator=(block_view&& other) noexcept {
    if (this != &other) {
      holds_ = std::move(other.holds_);
      map_ = std::move(other.map_);
      only_run_ = std::exchange(other.only_run_, nullptr);
      size_ = std::exchange(other.size_, 0);
    }
    return *this;
  }
  block_view(const block_view&) = delete;
  block_view& operator=(const block_view&) = delete;
  ~block_view() = default;

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] Element& operator[](std::size_t i) const {
    assert(i < size_);
    return map_ == nullptr ? only_run_[i] : *map_->find(i).at;
  }
  [[nodiscard]] view_iterator<Element> at(std::size_t i) const {
    return map_ == nullptr ? view_iterator<Element>(only_run_, size_, i) : view_iterator<Element>(*map_, i);
  }

  /// Gives the blocks up; the view is then empty, whether that went well or not.
  void release() {
    size_ = 0;
    only_run_ = nullptr;
    map_.reset();
    holds_.close();
  }

 private:
  Holds holds_{};
  std::unique_ptr<view_map<Element>> map_{};  ///< null: one run or none
  Element* only_run_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace detail

/// A snapshot of a range of elements of an array that cannot change while the view lives. From `array<T>::read(first,
/// n)`.
///
/// Each block is a snapshot of its own: the elements of one block belong together, those of two blocks may be of
/// different times unless the program synchronises. Where the home is this rank, a block is read in place and its
/// writers wait for the view to go, so keep it short; elsewhere the view pins replicas, and nobody waits. All of them
/// are pinned at once: a view over more than the cache holds is a resource_error that names LIANA_CACHE_BYTES.
///
/// Positions count from the beginning of the view and are checked by `assert` only. Iterators and references are good
/// until the view is released or destroyed, also when it is moved. `chunks()` is the fastest way through a large view.
/// A view over one block, or over no element, does not allocate.
///
/// Movable; may be moved to and closed by another thread. Any number of threads may read one view at a time.
template <class T>
class [[nodiscard]] read_view {
 public:
  using element_type = const T;
  using value_type = T;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using reference = const T&;
  using const_reference = const T&;
  using iterator = detail::view_iterator<const T>;  ///< random access
  using const_iterator = iterator;

  /// Empty.
  read_view() = default;

  [[nodiscard]] std::size_t size() const { return blocks_.size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }

  /// Element `i` of the view, that is, element `first + i` of the array.
  [[nodiscard]] const T& operator[](std::size_t i) const { return blocks_[i]; }
  [[nodiscard]] const T& front() const { return blocks_[0]; }
  [[nodiscard]] const T& back() const { return blocks_[size() - 1]; }

  [[nodiscard]] iterator begin() const { return blocks_.at(0); }
  [[nodiscard]] iterator end() const { return blocks_.at(size()); }

  /// The elements as a range of `std::span<const T>`, in order, none empty: a span for each block, and one for several
  /// blocks that lie side by side.
  [[nodiscard]] detail::view_chunks<const T> chunks() const { return {begin(), end()}; }

  /// Gives the blocks up; the view is then empty. Does nothing when it is.
  void release() noexcept { blocks_.release(); }

  /// For the library.
  read_view(const detail::array_storage& storage, std::size_t first, std::size_t size)
      : blocks_(storage, first, size) {}

 private:
  detail::block_view<const T, detail::read_holds> blocks_;
};

/// Exclusive access to a range of elements of an array. From `array<T>::write(first, n)`.
///
/// The view holds whole blocks: no rank reads or writes any element of them while it lives, those in front of `first`
/// and behind the end of the range included. What was written is published by `release()` or the destructor, block by
/// block. Blocks are taken in an order that is the same on all ranks, so that views of several ranks that overlap wait
/// for each other in turn; to hold a view and take another one or a guard besides is the program's own risk.
///
/// For positions, iterators, chunks and limits see `read_view`; usage_error when this thread holds one of the blocks
/// already.
///
/// Movable; may be moved to and closed by another thread. Several threads may write different elements of one view at a
/// time.
template <class T>
class [[nodiscard]] write_view {
 public:
  using element_type = T;
  using value_type = T;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using reference = T&;
  using const_reference = T&;
  using iterator = detail::view_iterator<T>;  ///< random access
  using const_iterator = iterator;

  /// Empty.
  write_view() = default;

  [[nodiscard]] std::size_t size() const { return blocks_.size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }

  /// Element `i` of the view, that is, element `first + i` of the array.
  [[nodiscard]] T& operator[](std::size_t i) const { return blocks_[i]; }
  [[nodiscard]] T& front() const { return blocks_[0]; }
  [[nodiscard]] T& back() const { return blocks_[size() - 1]; }

  [[nodiscard]] iterator begin() const { return blocks_.at(0); }
  [[nodiscard]] iterator end() const { return blocks_.at(size()); }

  /// The elements as a range of `std::span<T>`, as those of `read_view`.
  [[nodiscard]] detail::view_chunks<T> chunks() const { return {begin(), end()}; }

  /// Publishes and gives the blocks up; the view is then empty. Throws peer_error when a home is gone. Does nothing
  /// when the view is empty.
  void release() { blocks_.release(); }

  /// For the library.
  write_view(const detail::array_storage& storage, std::size_t first, std::size_t size)
      : blocks_(storage, first, size) {}

 private:
  detail::block_view<T, detail::write_holds> blocks_{};
};

/// Exclusive access to all elements of an array that lie at this rank: plain contiguous memory, a contiguous range that
/// converts to `std::span<T>`. From
/// `array<T>::write_local()`.
///
/// No rank reads or writes the blocks while the guard lives; what was written, in place and without a copy, is
/// published by `release()` or the destructor. The elements are those of `array<T>::local_range()`; under
/// layout::cyclic those of this rank's blocks, one block after the other.
///
/// Movable; may be moved to and closed by another thread. Several threads may write different elements at a time.
template <class T>
class [[nodiscard]] local_write_guard {
 public:
  using element_type = T;
  using value_type = T;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using iterator = T*;

  /// Holds nothing.
  local_write_guard() = default;
  local_write_guard(local_write_guard&& other) noexcept
      : holds_(std::move(other.holds_)), elements_(std::exchange(other.elements_, {})) {}
  local_write_guard& operator=(local_write_guard&& other) noexcept {
    if (this != &other) {
      holds_ = std::move(other.holds_);
      elements_ = std::exchange(other.elements_, {});
    }
    return *this;
  }
  local_write_guard(const local_write_guard&) = delete;
  local_write_guard& operator=(const local_write_guard&) = delete;
  ~local_write_guard() = default;

  [[nodiscard]] T* data() const { return elements_.data(); }
  [[nodiscard]] std::size_t size() const { return elements_.size(); }
  [[nodiscard]] bool empty() const { return elements_.empty(); }

  /// Element `i` of this rank's part; checked by `assert` only.
  [[nodiscard]] T& operator[](std::size_t i) const {
    assert(i < size());
    return elements_.data()[i];
  }

  [[nodiscard]] T* begin() const { return data(); }
  [[nodiscard]] T* end() const { return data() + size(); }

  /// Publishes and gives the blocks up; the guard then holds nothing. Throws peer_error when a rank that shares a block
  /// is gone.
  void release() {
    elements_ = {};
    holds_.close();
  }

  /// For the library: all blocks of this rank, which hold `elements` and nothing else.
  local_write_guard(const detail::array_storage& storage, std::span<T> elements) : elements_(elements) {
    if (!elements.empty()) {
      holds_.open(detail::own_blocks(storage));
    }
  }

 private:
  detail::write_holds holds_{};
  std::span<T> elements_{};
};

}  // namespace liana
