#pragma once

#include <compare>
#include <cstddef>
#include <iterator>
#include <ranges>
#include <span>
#include <type_traits>
#include <vector>

#include <liana/detail/array_storage.hpp>

namespace liana::detail {

/// Where the elements of a view over several runs lie. Elements that follow each other without a gap, in one block or
/// in blocks that happen to lie side by side, are a *run*; views over a single run do without a map. Stays where it is
/// when the view is moved, so that iterators outlive the move.
template <class Element>
struct view_map {
  struct block {
    Element* data;        ///< element 0 of the block, which may lie before the view
    std::size_t run_end;  ///< position in the view where the run that the block belongs to ends
  };

  divider per_block{};
  std::size_t skew = 0;  ///< elements of the first block before the view
  std::vector<block> blocks{};

  struct place {
    Element* at;
    std::size_t run_end;
  };
  [[nodiscard]] place find(std::size_t position) const {
    const std::size_t from_block = position + skew;
    const std::size_t number = per_block(from_block);
    const block& in = blocks[number];
    return {.at = in.data + (from_block - number * per_block.divisor()), .run_end = in.run_end};
  }

  /// Sets the ends of the runs of a view of `size` elements, once `data` is set.
  void find_runs(std::size_t size) {
    const std::size_t elements = per_block.divisor();
    for (std::size_t i = blocks.size(); i-- > 0;) {
      if (i + 1 == blocks.size()) {
        blocks[i].run_end = size;
      } else {
        // Where padding ends a block, the next one does not lie where its elements end.
        const bool goes_on = blocks[i].data + elements == blocks[i + 1].data;
        blocks[i].run_end = goes_on ? blocks[i + 1].run_end : (i + 1) * elements - skew;
      }
    }
  }
};

/// Random access over the elements of a view: a pointer that moves as fast as any until its run ends.
template <class Element>
class view_iterator {
 public:
  using iterator_concept = std::random_access_iterator_tag;
  using iterator_category = std::random_access_iterator_tag;
  using value_type = std::remove_const_t<Element>;
  using difference_type = std::ptrdiff_t;
  using pointer = Element*;
  using reference = Element&;

  view_iterator() = default;

  [[nodiscard]] reference operator*() const { return *at_; }
  [[nodiscard]] pointer operator->() const { return at_; }
  [[nodiscard]] reference operator[](difference_type n) const { return *(*this + n); }

  view_iterator& operator++() {
    if (++at_ == run_last_) [[unlikely]] {
      move_to(run_end_);
    }
    return *this;
  }
  view_iterator& operator--() { return *this += -1; }
  view_iterator operator++(int) {
    const view_iterator before = *this;
    ++*this;
    return before;
  }
  view_iterator operator--(int) {
    const view_iterator before = *this;
    --*this;
    return before;
  }

  view_iterator& operator+=(difference_type n) {
    if (n >= 0 && n < run_last_ - at_) {
      at_ += n;
    } else {
      move_to(static_cast<std::size_t>(static_cast<difference_type>(position()) + n));
    }
    return *this;
  }
  view_iterator& operator-=(difference_type n) { return *this += -n; }

  friend view_iterator operator+(view_iterator i, difference_type n) { return i += n; }
  friend view_iterator operator+(difference_type n, view_iterator i) { return i += n; }
  friend view_iterator operator-(view_iterator i, difference_type n) { return i -= n; }
  friend difference_type operator-(const view_iterator& i, const view_iterator& j) {
    return static_cast<difference_type>(i.position()) - static_cast<difference_type>(j.position());
  }

  // Each position has a pointer of its own.
  friend bool operator==(const view_iterator& i, const view_iterator& j) { return i.at_ == j.at_; }
  friend std::strong_ordering operator<=>(const view_iterator& i, const view_iterator& j) {
    return i.position() <=> j.position();
  }

  // ---- for the views ----

  /// Into a view that is one run: at `position` of `size` elements from `first` on.
  view_iterator(Element* first, std::size_t size, std::size_t position)
      : at_(first + position), run_last_(first + size), run_end_(size) {}

  /// Into a view over several runs. The end has no pointer.
  view_iterator(const view_map<Element>& map, std::size_t position) : map_(&map) { move_to(position); }

  /// What is left of the run, and the step to the next one.
  [[nodiscard]] std::span<Element> rest_of_run() const { return {at_, run_last_}; }
  void next_run() { move_to(run_end_); }

 private:
  [[nodiscard]] std::size_t position() const { return run_end_ - static_cast<std::size_t>(run_last_ - at_); }

  void move_to(std::size_t position) {
    if (map_ == nullptr) {
      at_ = run_last_ - (static_cast<difference_type>(run_end_) - static_cast<difference_type>(position));
    } else if (position == map_->blocks.back().run_end) {
      at_ = nullptr;
      run_last_ = nullptr;
      run_end_ = position;
    } else {
      const auto place = map_->find(position);
      at_ = place.at;
      run_last_ = place.at + (place.run_end - position);
      run_end_ = place.run_end;
    }
  }

  Element* at_ = nullptr;
  Element* run_last_ = nullptr;  ///< where the run ends in memory
  std::size_t run_end_ = 0;      ///< where the run ends in the view
  const view_map<Element>* map_ = nullptr;
};

/// The runs of a view, as spans in the order of the elements. A std view, though not by std::ranges::view_interface,
/// whose libstdc++ 12 version clang does not compile before its release 16.
template <class Element>
class view_chunks {
 public:
  class iterator {
   public:
    using iterator_concept = std::forward_iterator_tag;
    using iterator_category =
        std::input_iterator_tag;  // a span is made for each access, which the older forward iterators may not do
    using value_type = std::span<Element>;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = std::span<Element>;

    iterator() = default;
    explicit iterator(view_iterator<Element> at) : at_(at) {}

    [[nodiscard]] std::span<Element> operator*() const { return at_.rest_of_run(); }
    iterator& operator++() {
      at_.next_run();
      return *this;
    }
    iterator operator++(int) {
      const iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const iterator& i, const iterator& j) = default;

   private:
    view_iterator<Element> at_;
  };

  view_chunks() = default;
  view_chunks(view_iterator<Element> first, view_iterator<Element> last) : first_(first), last_(last) {}

  [[nodiscard]] iterator begin() const { return first_; }
  [[nodiscard]] iterator end() const { return last_; }
  [[nodiscard]] bool empty() const { return first_ == last_; }
  [[nodiscard]] std::span<Element> front() const { return *first_; }

 private:
  iterator first_;
  iterator last_;
};

}  // namespace liana::detail

template <class Element>
inline constexpr bool std::ranges::enable_view<liana::detail::view_chunks<Element>> = true;

// Iterators refer to the view that the chunks came from, not to the range of chunks.
template <class Element>
inline constexpr bool std::ranges::enable_borrowed_range<liana::detail::view_chunks<Element>> = true;
