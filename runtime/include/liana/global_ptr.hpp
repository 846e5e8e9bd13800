#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <tuple>
#include <type_traits>
#include <utility>

#include <liana/detail/access.hpp>
#include <liana/detail/address.hpp>
#include <liana/detail/print.hpp>
#include <liana/error.hpp>
#include <liana/guards.hpp>
#include <liana/pending.hpp>

namespace liana {

template <class T>
class global_ptr;

template <class T>
class global_reference;

namespace detail {

template <class T>
constexpr void require_shareable() {
  static_assert(std::is_trivially_copyable_v<T>,
                "liana: an object in global memory is copied between ranks byte by byte, so its type must be trivially "
                "copyable (no virtual functions, no owning pointers, no std::string or std::vector members)");
  static_assert(alignof(T) <= 4096, "liana: objects in global memory are aligned to 4096 bytes at most");
}

/// Position arithmetic for elements that never straddle two blocks: `count` elements of `size` bytes further.
constexpr address step(address from, std::int64_t count, std::size_t size) {
  const auto per_block = static_cast<std::int64_t>(from.block_bytes() / size);
  if (std::has_single_bit(size) || per_block == 0) {
    return from.advanced(count * static_cast<std::int64_t>(size));
  }
  const auto in_block = static_cast<std::int64_t>(from.offset_in_block());
  const auto element = static_cast<std::int64_t>(size);
  const std::int64_t index = in_block / element + count;
  const std::int64_t blocks = (index >= 0 ? index : index - per_block + 1) / per_block;
  return from.advanced(blocks * static_cast<std::int64_t>(from.block_bytes()) + (index - blocks * per_block) * element +
                       in_block % element - in_block);
}

/// The number of elements from `from` to `to`.
constexpr std::int64_t steps_between(address from, address to, std::size_t size) {
  const auto bytes = static_cast<std::int64_t>(to.bits() - from.bits());
  const auto per_block = static_cast<std::int64_t>(from.block_bytes() / size);
  const auto element = static_cast<std::int64_t>(size);
  if (std::has_single_bit(size) || per_block == 0) {
    return bytes / element;
  }
  const auto from_index = static_cast<std::int64_t>(from.offset_in_block()) / element;
  const auto to_index = static_cast<std::int64_t>(to.offset_in_block()) / element;
  const auto blocks = static_cast<std::int64_t>(to.block().bits() - from.block().bits()) /
                      static_cast<std::int64_t>(from.block_bytes());
  return blocks * per_block + to_index - from_index;
}

}  // namespace detail

/// A reference by value to a `T` in the memory of any rank: 8 bytes, trivially copyable, itself storable in global
/// memory.
///
/// `T` must be trivially copyable. A const `T` takes the writing members away. Arithmetic moves inside one allocation
/// of one rank, as with plain pointers, and steps over the padding at the end of blocks that `sizeof(T)` does not
/// divide.
///
/// All accesses are coherent: sequentially consistent across ranks, threads and objects. They throw usage_error for a
/// null or foreign pointer, peer_error when a rank that is needed is gone, timeout_error after `options::timeout`,
/// resource_error when the cache cannot hold the block. Any thread may use any pointer.
template <class T>
class global_ptr {
 public:
  using element_type = T;
  using value_type = std::remove_const_t<T>;
  using difference_type = std::ptrdiff_t;

  constexpr global_ptr() = default;
  constexpr global_ptr(std::nullptr_t) {}  // NOLINT(google-explicit-constructor): as a pointer

  /// `global_ptr<T>` to `global_ptr<const T>`.
  constexpr operator global_ptr<const T>() const  // NOLINT(google-explicit-constructor): as a pointer
      requires(!std::is_const_v<T>) {
    return global_ptr<const T>(address_);
  }

  [[nodiscard]] constexpr explicit operator bool() const { return !address_.is_null(); }

  /// The rank in whose memory the object lies. Of a null pointer: 0.
  [[nodiscard]] constexpr rank_t home() const { return address_.home(); }

  /// Whether the home is on this host, so that `local()` works.
  [[nodiscard]] bool is_local() const {
    const detail::context& here = *detail::current;
    return !address_.is_null() && home() < here.size && here.homes[home()].origin != nullptr;
  }

  /// The object as plain memory, outside of coherence (between two barriers, as in any PGAS library); null when its
  /// home is on another host. What is written through it other ranks read after the next collective call. A pointer to
  /// an object whose home is another rank is good for writing until then; ask again afterwards. To read only, ask a
  /// `global_ptr<const T>`.
  [[nodiscard]] T* local() const {
    if (!is_local()) {
      return nullptr;
    }
    if constexpr (!std::is_const_v<T>) {
      detail::expose(address_);
    }
    return reinterpret_cast<T*>(detail::current->homes[home()].origin + address_.offset());
  }

  // ---- coherent access ----

  /// Reads the object. Near: copies it from its home; far: from the local replica, which is fetched if there is no
  /// valid one.
  [[nodiscard]] value_type get() const {
    detail::require_shareable<value_type>();
    if constexpr (std::is_default_constructible_v<value_type>) {
      value_type value;  // read into the result itself: no second copy of large objects
      detail::read_inline(address_, &value, sizeof value);
      return value;
    } else {
      alignas(value_type) std::array<std::byte, sizeof(value_type)> bytes;
      detail::read_inline(address_, bytes.data(), bytes.size());
      return std::bit_cast<value_type>(bytes);
    }
  }

  /// Writes the object. When it returns, no rank can read an older value.
  void put(const value_type& value) const requires(!std::is_const_v<T>) {
    detail::require_shareable<value_type>();
    detail::write_inline(address_, &value, sizeof(value_type));
  }

  /// Begins to read the object: a handle that has the value already where that takes no waiting, and waits for it
  /// otherwise.
  [[nodiscard]] pending_get<value_type> async_get() const {
    detail::require_shareable<value_type>();
    return pending_get<value_type>(address_);
  }

  /// Begins to write the object, and returns a handle to wait by. Throws as `put`. Waits only for earlier accesses of
  /// this rank to the same block that are under way, and where many puts are; near, as `put` does.
  pending_put async_put(const value_type& value) const requires(!std::is_const_v<T>) {
    detail::require_shareable<value_type>();
    return pending_put(detail::begin_write(address_, &value, sizeof(value_type)));
  }

  /// An immutable snapshot while the guard lives.
  [[nodiscard]] read_guard<value_type> read() const {
    detail::require_shareable<value_type>();
    return read_guard<value_type>(detail::open_read(address_, sizeof(value_type)));
  }

  /// Exclusive access while the guard lives. usage_error when this thread holds the block already.
  [[nodiscard]] write_guard<T> write() const requires(!std::is_const_v<T>) {
    detail::require_shareable<value_type>();
    return write_guard<T>(detail::open_write(address_, sizeof(value_type)));
  }

  /// Calls `change(T&)` with exclusive access, publishes, and returns its result (by value). When `change` throws, what
  /// it had written is published and the exception goes on.
  template <class F>
  auto update(F change) const requires(!std::is_const_v<T>) {
    auto guard = write();
    if constexpr (std::is_void_v<std::invoke_result_t<F&, T&>>) {
      std::invoke(change, *guard);
      guard.release();
    } else {
      auto result = std::invoke(change, *guard);
      guard.release();
      return result;
    }
  }

  /// Starts to fetch the object if it is far and not here; does not wait.
  void prefetch() const { detail::prefetch_block(address_); }

  /// A proxy that reads as `get` and is assigned to as `put`.
  [[nodiscard]] global_reference<T> operator*() const { return global_reference<T>(*this); }
  [[nodiscard]] global_reference<T> operator[](difference_type n) const { return *(*this + n); }

  // ---- arithmetic and comparison ----

  global_ptr& operator+=(difference_type n) { return *this = *this + n; }
  global_ptr& operator-=(difference_type n) { return *this = *this - n; }
  global_ptr& operator++() { return *this += 1; }
  global_ptr& operator--() { return *this -= 1; }
  global_ptr operator++(int) { return std::exchange(*this, *this + 1); }
  global_ptr operator--(int) { return std::exchange(*this, *this - 1); }

  friend constexpr global_ptr operator+(global_ptr p, difference_type n) {
    return global_ptr(detail::step(p.address_, n, sizeof(T)));
  }
  friend constexpr global_ptr operator+(difference_type n, global_ptr p) { return p + n; }
  friend constexpr global_ptr operator-(global_ptr p, difference_type n) { return p + (-n); }
  /// Elements between two pointers into one allocation; may be negative.
  friend constexpr difference_type operator-(global_ptr p, global_ptr q) {
    return detail::steps_between(q.address_, p.address_, sizeof(T));
  }

  friend constexpr bool operator==(global_ptr p, global_ptr q) { return p.address_ == q.address_; }
  friend constexpr bool operator==(global_ptr p, std::nullptr_t) { return p.address_.is_null(); }
  /// A total order: by home, block size, position.
  friend constexpr std::strong_ordering operator<=>(global_ptr p, global_ptr q) {
    return p.address_.bits() <=> q.address_.bits();
  }

  /// For the library and for tools: the address behind the pointer.
  constexpr explicit global_ptr(detail::address address) : address_(address) {}
  [[nodiscard]] constexpr detail::address address() const { return address_; }

 private:
  detail::address address_{};
};

/// What `*p` and `p[n]` give: reads as `p.get()`, is assigned to as `p.put(x)`. `auto x = *p` names the proxy, not the
/// value: write the type.
template <class T>
class global_reference {  // NOLINT(cppcoreguidelines-special-member-functions): to move it is to copy its pointer
 public:
  using value_type = std::remove_const_t<T>;

  explicit global_reference(global_ptr<T> to) : to_(to) {}
  global_reference(const global_reference&) = default;

  // A reference reads as its value. NOLINTNEXTLINE(google-explicit-constructor)
  operator value_type() const { return to_.get(); }

  // Assignment goes through to the object, as with any reference: a proxy that is const or a temporary takes it too.
  // NOLINTBEGIN(cppcoreguidelines-c-copy-assignment-signature, bugprone-unhandled-self-assignment)
  const global_reference& operator=(const value_type& value) const {
    to_.put(value);
    return *this;
  }
  global_reference& operator=(const global_reference& other) & {
    to_.put(other.to_.get());
    return *this;
  }
  const global_reference& operator=(const global_reference& other) const& {
    to_.put(other.to_.get());
    return *this;
  }
  /// A proxy that has a name takes no temporary one. So std::swap, which would keep a proxy where it means to keep a
  /// value and leave one value in both objects, does not compile; `swap(x, y)`, without std, exchanges the values.
  global_reference& operator=(global_reference&& other) & = delete;
  // NOLINTEND(cppcoreguidelines-c-copy-assignment-signature, bugprone-unhandled-self-assignment)

  /// Exchanges the values of the two objects, by two reads and two writes: no atomic access.
  friend void swap(global_reference left, global_reference right) {
    const value_type kept = left;
    left = right;
    right = kept;
  }

  // Atomic read-modify-writes, each one `update`.
  const global_reference& operator+=(const value_type& by) const {
    return change([&](T& value) { value += by; });
  }
  const global_reference& operator-=(const value_type& by) const {
    return change([&](T& value) { value -= by; });
  }
  const global_reference& operator*=(const value_type& by) const {
    return change([&](T& value) { value *= by; });
  }
  const global_reference& operator/=(const value_type& by) const {
    return change([&](T& value) { value /= by; });
  }

  [[nodiscard]] global_ptr<T> operator&() const {
    return to_;
  }  // NOLINT(google-runtime-operator): the address of a reference

 private:
  template <class F>
  const global_reference& change(F with) const {
    to_.update(with);
    return *this;
  }

  global_ptr<T> to_{};
};

/// As their std namesakes, for global pointers. The caller answers for the types.
template <class U, class T>
[[nodiscard]] constexpr global_ptr<U> static_pointer_cast(global_ptr<T> p) {
  static_assert(
      std::is_convertible_v<T*, U*> || requires(T * plain) { static_cast<U*>(plain); },
      "liana: static_pointer_cast between unrelated types; reinterpret_pointer_cast does that");
  return global_ptr<U>(p.address());
}
template <class U, class T>
[[nodiscard]] constexpr global_ptr<U> reinterpret_pointer_cast(global_ptr<T> p) {
  return global_ptr<U>(p.address());
}

/// `rank 3 + 0x1040 (block of 4096 B)`, or `null`.
template <class T>
std::ostream& operator<<(std::ostream& out, global_ptr<T> p) {
  return detail::print(out, p.address());
}

/// Takes write guards on several objects, in a global order, so that calls on several ranks with overlapping objects
/// cannot wait for each other in a circle. Returns a tuple of guards in the order of the arguments. Objects may share a
/// block, which is then published when the last of its guards goes.
template <class... T>
[[nodiscard]] std::tuple<write_guard<T>...> write_guards(global_ptr<T>... p) {
  constexpr std::size_t count = sizeof...(T);
  (detail::require_shareable<T>(), ...);
  const std::array<detail::address, count> at{p.address()...};
  const std::array<std::size_t, count> bytes{sizeof(T)...};
  std::array<std::size_t, count> order{};
  for (std::size_t i = 0; i < count; ++i) {
    order[i] = i;
  }
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return at[i].bits() < at[j].bits(); });

  std::tuple<write_guard<T>...> guards;
  std::array<detail::write_hold, count> holds;
  const auto adopt = [&]<std::size_t... i>(std::index_sequence<i...>) { (std::get<i>(guards).adopt(holds[i]), ...); };
  try {
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t now = order[i];
      const bool same_block = i > 0 && at[order[i - 1]].block() == at[now].block();
      holds[now] = same_block ? detail::share_write(holds[order[i - 1]], at[now], bytes[now])
                              : detail::open_write(at[now], bytes[now]);
    }
  } catch (...) {
    adopt(std::make_index_sequence<count>{});  // so that what was taken is given back
    throw;
  }
  adopt(std::make_index_sequence<count>{});
  return guards;
}

}  // namespace liana

template <class T>
struct std::hash<liana::global_ptr<T>> {
  std::size_t operator()(liana::global_ptr<T> p) const noexcept {
    std::uint64_t mixed = p.address().bits() * 0x9E3779B97F4A7C15U;
    return mixed ^ (mixed >> 32U);
  }
};
