#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include <liana/allocation.hpp>
#include <liana/detail/array_access.hpp>
#include <liana/detail/array_storage.hpp>
#include <liana/detail/rank.hpp>
#include <liana/detail/type_name.hpp>
#include <liana/detail/words.hpp>

namespace liana {

namespace detail {

/// The changes that atomics make, as functions on words.
template <class T>
struct word_changes {
  static std::uint64_t add(std::uint64_t old, std::uint64_t operand) {
    if constexpr (std::integral<T>) {
      return to_word<T>(static_cast<T>(static_cast<word_part<T>>(old) + static_cast<word_part<T>>(operand)));
    } else {
      return to_word<T>(from_word<T>(old) + from_word<T>(operand));
    }
  }
  static std::uint64_t bit_and(std::uint64_t old, std::uint64_t operand) { return old & operand; }
  static std::uint64_t bit_or(std::uint64_t old, std::uint64_t operand) { return old | operand; }
  static std::uint64_t bit_xor(std::uint64_t old, std::uint64_t operand) { return old ^ operand; }
  static std::uint64_t exchange(std::uint64_t /*old*/, std::uint64_t operand) { return operand; }
  static std::uint64_t least(std::uint64_t old, std::uint64_t operand) {
    return to_word<T>(std::min(from_word<T>(old), from_word<T>(operand)));
  }
  static std::uint64_t greatest(std::uint64_t old, std::uint64_t operand) {
    return to_word<T>(std::max(from_word<T>(old), from_word<T>(operand)));
  }
};

/// The value of a word of this host as the atomic that it is.
template <class T>
[[gnu::always_inline]] inline std::atomic_ref<T> value_at(std::byte* word) {
  return std::atomic_ref<T>(*reinterpret_cast<T*>(word));
}

/// A compare-and-swap loop on the CPU; the value before.
template <class T, class Change>
T change_here(std::byte* word, Change change) {
  const auto value = value_at<T>(word);
  T old = value.load(std::memory_order_relaxed);
  while (!value.compare_exchange_weak(old, change(old))) {
  }
  return old;
}

}  // namespace detail

/// A number in global memory that all ranks change atomically: integers and floating-point numbers of 4 and 8 bytes.
/// From `make_atomic` or an `atomic_array`; a handle of 8 bytes, trivially copyable, to be handed on as data, kept in
/// global objects, or by `broadcast`. A default-constructed one is null.
///
/// All operations are sequentially consistent, among themselves and with guards, get and put. Where all ranks of the
/// job are on one host they are the CPU's own; otherwise they go through the device, also at the home: a fetch_add or a
/// load is one round trip, a compare_exchange one, anything else two where nobody interferes. The value is never
/// cached.
///
/// Throws usage_error for a null handle or one of an earlier runtime where that can be told, peer_error when the home
/// is gone, timeout_error after `options::timeout`. Any thread.
template <class T>
class global_atomic {
  static_assert(detail::atomic_value<T>,
                "liana: a global_atomic holds an integer or a floating-point number of 4 or 8 bytes");
  using changes = detail::word_changes<T>;

 public:
  using value_type = T;

  /// Null.
  constexpr global_atomic() = default;

  [[nodiscard]] explicit operator bool() const { return !at_.is_null(); }

  /// The rank in whose memory it lies.
  [[nodiscard]] rank_t home() const { return at_.home(); }

  [[nodiscard]] T load() const {
    if (std::byte* const word = detail::word_here(at_)) [[likely]] {
      return detail::value_at<T>(word).load();
    }
    return detail::from_word<T>(detail::load_word(at_, "global_atomic::load"));
  }

  void store(T value) const {
    if (std::byte* const word = detail::word_here(at_)) [[likely]] {
      detail::value_at<T>(word).store(value);
    } else {
      change(value, changes::exchange, "global_atomic::store");
    }
  }

  /// All that follow return the value before.
  T exchange(T value) const {
    if (std::byte* const word = detail::word_here(at_)) [[likely]] {
      return detail::value_at<T>(word).exchange(value);
    }
    return change(value, changes::exchange, "global_atomic::exchange");
  }

  /// As std::atomic::compare_exchange_strong: compares bytes; `expected` gets the value found.
  bool compare_exchange(T& expected, T desired) const {
    if (std::byte* const word = detail::word_here(at_)) [[likely]] {
      return detail::value_at<T>(word).compare_exchange_strong(expected, desired);
    }
    return compare_exchange_far(expected, desired);
  }

  /// Integers wrap around.
  T fetch_add(T operand) const {
    if (std::byte* const word = detail::word_here(at_)) [[likely]] {
      return detail::value_at<T>(word).fetch_add(operand);
    }
    if constexpr (std::integral<T>) {
      return detail::from_word<T>(detail::add_to_word(at_, detail::to_word(operand), "global_atomic::fetch_add"));
    } else {
      return change(operand, changes::add, "global_atomic::fetch_add");
    }
  }
  T fetch_sub(T operand) const {
    if constexpr (std::integral<T>) {
      return fetch_add(static_cast<T>(detail::word_part<T>{0} - static_cast<detail::word_part<T>>(operand)));
    } else {
      return fetch_add(-operand);
    }
  }

  T fetch_and(T operand) const requires std::integral<T> {
    if (std::byte* const word = detail::word_here(at_)) [[likely]] {
      return detail::value_at<T>(word).fetch_and(operand);
    }
    return change(operand, changes::bit_and, "global_atomic::fetch_and");
  }
  T fetch_or(T operand) const requires std::integral<T> {
    if (std::byte* const word = detail::word_here(at_)) [[likely]] {
      return detail::value_at<T>(word).fetch_or(operand);
    }
    return change(operand, changes::bit_or, "global_atomic::fetch_or");
  }
  T fetch_xor(T operand) const requires std::integral<T> {
    if (std::byte* const word = detail::word_here(at_)) [[likely]] {
      return detail::value_at<T>(word).fetch_xor(operand);
    }
    return change(operand, changes::bit_xor, "global_atomic::fetch_xor");
  }

  /// The smaller (greater) of the value and `operand` stays.
  T fetch_min(T operand) const {
    if (std::byte* const word = detail::word_here(at_)) [[likely]] {
      return detail::change_here<T>(word, [operand](T old) { return std::min(old, operand); });
    }
    return change(operand, changes::least, "global_atomic::fetch_min");
  }
  T fetch_max(T operand) const {
    if (std::byte* const word = detail::word_here(at_)) [[likely]] {
      return detail::change_here<T>(word, [operand](T old) { return std::max(old, operand); });
    }
    return change(operand, changes::greatest, "global_atomic::fetch_max");
  }

  friend bool operator==(const global_atomic&, const global_atomic&) = default;

  /// For the library.
  constexpr explicit global_atomic(detail::address at) : at_(at) {}
  [[nodiscard]] constexpr detail::address address() const { return at_; }

 private:
  T change(T operand, detail::word_change how, const char* operation) const {
    return detail::from_word<T>(detail::change_word(at_, detail::to_word(operand), how, operation));
  }

  bool compare_exchange_far(T& expected, T desired) const {
    // A word found otherwise only above the value that counts is tried again as it is.
    std::uint64_t word = detail::to_word(expected);
    for (;;) {
      const std::uint64_t before =
          detail::swap_word(at_, word, detail::to_word(desired), "global_atomic::compare_exchange");
      if (before == word) {
        return true;
      }
      if (static_cast<detail::word_part<T>>(before) != detail::to_word(expected)) {
        expected = detail::from_word<T>(before);
        return false;
      }
      word = before;
    }
  }

  detail::address at_{};
};

/// An atomic in this rank's memory, with `value` in it, on a cache line of its own. Not collective; hand the handle to
/// other ranks as data or by `broadcast`. Throws resource_error when the segment is full. Any thread.
template <class T>
[[nodiscard]] global_atomic<T> make_atomic(T value = {}) {
  static_assert(detail::atomic_value<T>,
                "liana: an atomic holds an integer or a floating-point number of 4 or 8 bytes");
  return global_atomic<T>(detail::make_word(detail::to_word(value), "make_atomic"));
}

/// Frees what `make_atomic` returned, from any rank; see `destroy` of a global_ptr. Any thread.
template <class T>
void destroy(global_atomic<T> which) {
  detail::destroy_object(which.address());
}

/// Atomics dealt out over the ranks as the elements of an `array` are, one in each 8 bytes. From `make_atomic_array`; a
/// handle, whose copies refer to the same atomics. Operations on many of them at once, in spans, are each atomic but
/// together no unit; they are carried out in any order, as many at a time as the transport takes.
///
/// Throws as `global_atomic`, and usage_error for an empty handle, elements that the array does not have and spans of
/// different lengths; then nothing is changed. Any thread.
template <class T>
class atomic_array {
  static_assert(detail::atomic_value<T>,
                "liana: an atomic_array holds integers or floating-point numbers of 4 or 8 bytes");
  using changes = detail::word_changes<T>;

 public:
  using value_type = T;

  /// Empty: refers to no atomics.
  atomic_array() = default;

  [[nodiscard]] explicit operator bool() const { return storage_ != nullptr; }
  [[nodiscard]] std::size_t size() const { return storage_ == nullptr ? 0 : storage_->size; }

  /// The rank in whose memory atomic `i` lies.
  [[nodiscard]] rank_t home(std::size_t i) const { return (*this)[i].home(); }

  /// Under layout::blocked: the first atomic of this rank and the one behind its last. usage_error under
  /// layout::cyclic.
  [[nodiscard]] std::pair<std::size_t, std::size_t> local_range() const {
    const auto& storage = require("atomic_array::local_range", 0, 0);
    if (storage.layout != layout::blocked) {
      detail::refuse_cyclic("atomic_array::local_range");
    }
    return detail::run_of(storage, storage.rank);
  }

  [[nodiscard]] global_atomic<T> operator[](std::size_t i) const {
    return global_atomic<T>(require("atomic_array::operator[]", i, 1).element(i));
  }

  /// out[k] = the value of first + k.
  void load(std::size_t first, std::span<T> out) const {
    const auto& storage = require("atomic_array::load", first, out.size());
    for_batches(out.size(), [&](std::size_t begin, std::size_t count) {
      std::array<detail::address, batch> at;
      for (std::size_t i = 0; i < count; ++i) {
        at[i] = storage.element(first + begin + i);
      }
      load_batch(std::span(at).first(count), out.subspan(begin, count), "atomic_array::load");
    });
  }

  /// out[k] = the value of index[k].
  void load(std::span<const std::size_t> index, std::span<T> out) const {
    const auto& storage = require("atomic_array::load", index, out.size());
    for_batches(out.size(), [&](std::size_t begin, std::size_t count) {
      const auto at = addresses_of(storage, index.subspan(begin, count));
      load_batch(std::span(at).first(count), out.subspan(begin, count), "atomic_array::load");
    });
  }

  /// index[k] gets operands[k]; before[k] is the value before, where `before` is not empty.
  void fetch_add(std::span<const std::size_t> index, std::span<const T> operands, std::span<T> before = {}) const {
    change(index, operands, before, std::integral<T> ? nullptr : &changes::add, "atomic_array::fetch_add",
           [](auto value, T operand) { return value.fetch_add(operand); });
  }
  void fetch_and(std::span<const std::size_t> index, std::span<const T> operands,
                 std::span<T> before = {}) const requires std::integral<T> {
    change(index, operands, before, &changes::bit_and, "atomic_array::fetch_and",
           [](auto value, T operand) { return value.fetch_and(operand); });
  }
  void fetch_or(std::span<const std::size_t> index, std::span<const T> operands,
                std::span<T> before = {}) const requires std::integral<T> {
    change(index, operands, before, &changes::bit_or, "atomic_array::fetch_or",
           [](auto value, T operand) { return value.fetch_or(operand); });
  }
  void fetch_xor(std::span<const std::size_t> index, std::span<const T> operands,
                 std::span<T> before = {}) const requires std::integral<T> {
    change(index, operands, before, &changes::bit_xor, "atomic_array::fetch_xor",
           [](auto value, T operand) { return value.fetch_xor(operand); });
  }
  void exchange(std::span<const std::size_t> index, std::span<const T> values, std::span<T> before = {}) const {
    change(index, values, before, &changes::exchange, "atomic_array::exchange",
           [](auto value, T operand) { return value.exchange(operand); });
  }

  friend bool operator==(const atomic_array&, const atomic_array&) = default;

  /// For the library.
  explicit atomic_array(std::shared_ptr<detail::array_storage> storage) : storage_(std::move(storage)) {}

 private:
  template <class U>
  friend void destroy(atomic_array<U>& which);

  static constexpr std::size_t batch = 64;

  const detail::array_storage& require(const char* operation, std::size_t first, std::size_t count) const {
    return detail::require_range(storage_.get(), operation, first, count);
  }
  const detail::array_storage& require(const char* operation, std::span<const std::size_t> index,
                                       std::size_t values) const {
    const auto& storage = require(operation, 0, 0);
    if (index.size() != values) {
      detail::refuse_lengths(operation, index.size(), values);
    }
    for (const std::size_t each : index) {
      require(operation, each, 1);
    }
    return storage;
  }

  template <class F>
  static void for_batches(std::size_t count, F f) {
    for (std::size_t begin = 0; begin < count; begin += batch) {
      f(begin, std::min(batch, count - begin));
    }
  }

  static std::array<detail::address, batch> addresses_of(const detail::array_storage& storage,
                                                         std::span<const std::size_t> index) {
    std::array<detail::address, batch> at;
    for (std::size_t i = 0; i < index.size(); ++i) {
      at[i] = storage.element(index[i]);
    }
    return at;
  }

  static void load_batch(std::span<const detail::address> at, std::span<T> out, const char* operation) {
    if (detail::words_are_near(*detail::current)) {
      for (std::size_t i = 0; i < at.size(); ++i) {
        out[i] = global_atomic<T>(at[i]).load();
      }
      return;
    }
    std::array<std::uint64_t, batch> words{};
    detail::load_words(at, std::span(words).first(at.size()), operation);
    std::transform(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(at.size()), out.begin(),
                   detail::from_word<T>);
  }

  template <class Here>
  void change(std::span<const std::size_t> index, std::span<const T> operands, std::span<T> before,
              detail::word_change how, const char* operation, Here here) const {
    const auto& storage = require(operation, index, operands.size());
    if (!before.empty() && before.size() != index.size()) {
      detail::refuse_lengths(operation, index.size(), before.size());
    }
    for_batches(index.size(), [&](std::size_t begin, std::size_t count) {
      const auto at = addresses_of(storage, index.subspan(begin, count));
      const auto mine = operands.subspan(begin, count);
      const auto old = before.empty() ? before : before.subspan(begin, count);
      if (detail::words_are_near(*detail::current)) {
        change_batch_here(std::span(at).first(count), mine, old, here);
      } else {
        change_batch(std::span(at).first(count), mine, old, how, operation);
      }
    });
  }

  /// All lines are on their way before the first is changed, for a locked instruction lets nothing overtake it.
  template <class Here>
  static void change_batch_here(std::span<const detail::address> at, std::span<const T> operands, std::span<T> before,
                                Here here) {
    std::array<std::byte*, batch> words{};
    for (std::size_t i = 0; i < at.size(); ++i) {
      words[i] = detail::word_here(at[i]);
      __builtin_prefetch(words[i], 1);
    }
    for (std::size_t i = 0; i < at.size(); ++i) {
      const T old = here(detail::value_at<T>(words[i]), operands[i]);
      if (!before.empty()) {
        before[i] = old;
      }
    }
  }

  static void change_batch(std::span<const detail::address> at, std::span<const T> operands, std::span<T> before,
                           detail::word_change how, const char* operation) {
    std::array<std::uint64_t, batch> words{};
    std::transform(operands.begin(), operands.end(), words.begin(), detail::to_word<T>);
    const auto changed = std::span(words).first(at.size());
    detail::change_words(at, changed, how, before.empty() ? std::span<std::uint64_t>() : changed, operation);
    std::transform(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(before.size()), before.begin(),
                   detail::from_word<T>);
  }

  std::shared_ptr<detail::array_storage> storage_;
};

/// Collective. `n` atomics with value 0. Throws on all ranks alike, as `make_array`.
template <class T>
[[nodiscard]] atomic_array<T> make_atomic_array(std::size_t n, array_options options = {}) {
  static_assert(detail::atomic_value<T>,
                "liana: an atomic holds an integer or a floating-point number of 4 or 8 bytes");
  return atomic_array<T>(
      detail::make_array_storage(n, sizeof(std::uint64_t), options, detail::type_name<global_atomic<T>>()));
}

/// Collective. Frees the atomics; the handle is then empty, and others to them are a usage_error.
template <class T>
void destroy(atomic_array<T>& which) {
  detail::require_range(which.storage_.get(), "destroy", 0, 0);
  detail::destroy_array_storage(*which.storage_);
  which.storage_.reset();
}

}  // namespace liana
