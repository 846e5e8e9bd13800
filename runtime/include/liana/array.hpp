#pragma once

#include <bit>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include <liana/detail/access.hpp>
#include <liana/detail/array_access.hpp>
#include <liana/detail/array_ahead.hpp>
#include <liana/detail/array_storage.hpp>
#include <liana/detail/context.hpp>
#include <liana/detail/rank.hpp>
#include <liana/detail/type_name.hpp>
#include <liana/global_ptr.hpp>
#include <liana/read_ahead.hpp>
#include <liana/views.hpp>

namespace liana {

/// A handle to an array in global memory whose blocks are dealt out over the ranks. From `make_array`. Copies refer to
/// the same array; it is freed by `destroy` or with the runtime, not with the last handle. Trivially, two arrays change
/// roles by `std::swap` of the handles.
///
/// Blocks are the unit of coherence. An element never straddles two of them: where `sizeof(T)` does not divide the
/// block size, a block is padded at its end. The last block may be partly filled. Under layout::blocked each rank has
/// one run of blocks, as even as whole blocks allow: with few blocks the last ranks have fewer or none. Under
/// layout::cyclic block b lies at rank b % size().
///
/// Accesses are coherent, those to several blocks each block for itself, and throw, besides what is said at each:
/// usage_error for an empty handle, an array that was destroyed or whose runtime has ended, and elements that the array
/// does not have; peer_error when a rank that is needed is gone, timeout_error after `options::timeout`, resource_error
/// when the cache cannot hold the blocks.
///
/// Any thread may use any array, several threads one handle. Handles themselves are as thread-safe as a
/// `std::shared_ptr`.
template <class T>
class array {
  static_assert(!std::is_const_v<T> && !std::is_volatile_v<T>,
                "liana: an array of const or volatile elements could not be filled");

 public:
  using element_type = T;
  using value_type = T;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;

  /// Empty: refers to no array.
  array() = default;

  /// Whether the handle refers to an array.
  [[nodiscard]] explicit operator bool() const { return storage_ != nullptr; }

  /// Elements; 0 for an empty handle.
  [[nodiscard]] std::size_t size() const { return storage_ == nullptr ? 0 : storage_->size; }
  [[nodiscard]] bool empty() const { return size() == 0; }

  /// Elements in a block.
  [[nodiscard]] std::size_t block_elements() const {
    return require("array::block_elements", 0, 0).per_block.divisor();
  }
  [[nodiscard]] std::size_t block_bytes() const {
    return std::size_t{1} << require("array::block_bytes", 0, 0).block_log2;
  }

  /// The rank in whose memory element `i` lies.
  [[nodiscard]] rank_t home(std::size_t i) const {
    const auto& storage = require("array::home", i, 1);
    return storage.home_of_block(storage.per_block(i));
  }

  /// A pointer to element `i`. Arithmetic on it is good within the elements of one home that follow each other there:
  /// under layout::cyclic, those of one block.
  [[nodiscard]] global_ptr<T> ptr(std::size_t i) const { return global_ptr<T>(require("array::ptr", i, 1).element(i)); }

  /// Reads as `ptr(i).get()`, is assigned to as `ptr(i).put(x)`.
  [[nodiscard]] global_reference<T> operator[](std::size_t i) const {
    return *global_ptr<T>(require("array::operator[]", i, 1).element(i));
  }

  // ---- many elements ----

  /// Reads the elements [first, first + out.size()). Blocks that are neither near nor here are fetched many at a time.
  void get(std::size_t first, std::span<T> out) const {
    const auto& storage = require("array::get", first, out.size());
    const auto from = storage.find(first);
    if (out.size() > storage.per_block.divisor() - from.in_block) {
      detail::read_range(storage, first, out.size(), reinterpret_cast<std::byte*>(out.data()));
    } else if (!out.empty()) {
      detail::read_inline(storage.element(first), out.data(), out.size_bytes());
    }
  }

  /// Writes the elements [first, first + in.size()). When it returns, no rank can read an older value.
  void put(std::size_t first, std::span<const T> in) const {
    const auto& storage = require("array::put", first, in.size());
    const auto from = storage.find(first);
    if (in.size() > storage.per_block.divisor() - from.in_block) {
      detail::write_range(storage, first, in.size(), reinterpret_cast<const std::byte*>(in.data()));
    } else if (!in.empty()) {
      detail::write_inline(storage.element(first), in.data(), in.size_bytes());
    }
  }

  /// out[k] = element index[k], each read coherently. What is neither near nor here is fetched block by block, many
  /// blocks at a time and each once. usage_error also when the lengths differ.
  void gather(std::span<const std::size_t> index, std::span<T> out) const {
    const auto& storage = require("array::gather", 0, 0);
    if (index.size() != out.size()) {
      detail::refuse_lengths("array::gather", index.size(), out.size());
    }
    detail::gather_elements<sizeof(T)>(storage, index, reinterpret_cast<std::byte*>(out.data()));
  }

  /// Begins `get(first, out)`: what is near or here is read, the rest on its way until the handle is waited for.
  pending_reads async_get(std::size_t first, std::span<T> out) const {
    const auto& storage = require("array::async_get", first, out.size());
    return pending_reads(detail::begin_range(storage, first, out.size(), reinterpret_cast<std::byte*>(out.data())));
  }

  /// Begins `gather(index, out)`. `index` is not looked at any more when this returns.
  pending_reads async_gather(std::span<const std::size_t> index, std::span<T> out) const {
    const auto& storage = require("array::async_gather", 0, 0);
    if (index.size() != out.size()) {
      detail::refuse_lengths("array::async_gather", index.size(), out.size());
    }
    return pending_reads(detail::begin_gather<sizeof(T)>(storage, index, reinterpret_cast<std::byte*>(out.data())));
  }

  /// Element index[k] = in[k], each written atomically; of several values for one element the last stays. usage_error
  /// also when the lengths differ; nothing is written when any index is refused.
  void scatter(std::span<const std::size_t> index, std::span<const T> in) const {
    const auto& storage = require("array::scatter", 0, 0);
    if (index.size() != in.size()) {
      detail::refuse_lengths("array::scatter", index.size(), in.size());
    }
    detail::scatter_elements(storage, index, reinterpret_cast<const std::byte*>(in.data()));
  }

  /// Starts to fetch blocks of [first, first + n) that are far and not here, as many as go at once; does not wait.
  void prefetch(std::size_t first, std::size_t n) const {
    detail::prefetch_range(require("array::prefetch", first, n), first, n);
  }

  /// The elements [first, first + n) as they are now, without a copy where that can be.
  read_view<T> read(std::size_t first, std::size_t n) const {
    return read_view<T>(require("array::read", first, n), first, n);
  }

  /// The elements [first, first + n) in order, block by block, each as it is when the walk comes to it, with up to
  /// `ahead` blocks in front on their way: `for (std::span<const T> chunk : a.walk(0, a.size()))`. 0: none.
  read_walk<T> walk(std::size_t first, std::size_t n, std::size_t ahead = default_read_ahead) const {
    require("array::walk", first, n);
    return read_walk<T>(storage_, first, n, ahead);
  }

  /// Exclusive access to the elements [first, first + n), and to the whole blocks that they lie in.
  write_view<T> write(std::size_t first, std::size_t n) const {
    return write_view<T>(require("array::write", first, n), first, n);
  }

  // ---- this rank's part ----

  /// Under layout::blocked: the first element of this rank and the one behind its last, `auto [first, last] =
  /// a.local_range()`. Whole blocks, but for the last of the array; equal where no block is left for this rank.
  /// usage_error under layout::cyclic.
  [[nodiscard]] std::pair<std::size_t, std::size_t> local_range() const {
    const auto& storage = require("array::local_range", 0, 0);
    if (storage.layout != layout::blocked) {
      detail::refuse_cyclic("array::local_range");
    }
    return detail::run_of(storage, storage.rank);
  }

  /// Exclusive access to this rank's elements, in place and contiguous. Under layout::cyclic: of its blocks, one after
  /// the other.
  local_write_guard<T> write_local() const requires(std::has_single_bit(sizeof(T))) {
    const auto& storage = require("array::write_local", 0, 0);
    return local_write_guard<T>(storage, own(storage));
  }

  /// The same elements as plain memory, outside of coherence: between two barriers (or other collective calls), as in
  /// any PGAS library. What this rank has written there other ranks read after the next one. From the first call on,
  /// every collective call of this rank looks at the directory entries of these blocks, so `write_local` is the better
  /// way to write now and then.
  [[nodiscard]] std::span<T> local() const requires(std::has_single_bit(sizeof(T))) {
    const auto& storage = require("array::local", 0, 0);
    detail::expose_own_blocks(storage);
    return own(storage);
  }

  /// Whether both refer to the same array.
  friend bool operator==(const array&, const array&) = default;

  /// For the library.
  explicit array(std::shared_ptr<detail::array_storage> storage) : storage_(std::move(storage)) {}

 private:
  template <class U>
  friend void destroy(array<U>& which);
  template <class U>
  friend void destroy(const array<U>& which);

  const detail::array_storage& require(const char* operation, std::size_t first, std::size_t count) const {
    detail::require_shareable<T>();
    return detail::require_range(storage_.get(), operation, first, count);
  }

  static std::span<T> own(const detail::array_storage& storage) {
    return {reinterpret_cast<T*>(detail::own_memory(storage)), detail::elements_of(storage, storage.rank)};
  }

  std::shared_ptr<detail::array_storage> storage_;
};

/// Collective. A global array of `n` zeroed elements. Throws on all ranks alike: usage_error for calls that differ
/// between ranks and for a bad block size, resource_error when a rank cannot hold its part.
template <class T>
[[nodiscard]] array<T> make_array(std::size_t n, array_options options = {}) {
  detail::require_shareable<T>();
  return array<T>(detail::make_array_storage(n, sizeof(T), options, detail::type_name<T>()));
}

/// Collective. Frees the array. Using any handle to it afterwards is a usage_error; so is an empty handle, or one whose
/// array is gone, at this call.
template <class T>
void destroy(const array<T>& which) {
  detail::require_range(which.storage_.get(), "destroy", 0, 0);
  detail::destroy_array_storage(*which.storage_);
}

/// The same; the handle is then empty.
template <class T>
void destroy(array<T>& which) {
  destroy(std::as_const(which));
  which.storage_.reset();
}

}  // namespace liana
