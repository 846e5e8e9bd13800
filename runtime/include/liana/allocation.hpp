#pragma once

#include <bit>
#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include <liana/detail/address.hpp>
#include <liana/global_ptr.hpp>

namespace liana {
namespace detail {

/// An object's block, and where it lies here. No other rank knows of it yet.
struct made_object {
  address at;
  void* memory = nullptr;
};

/// One zeroed block of this rank that holds `bytes`. Throws resource_error when this rank's segment has no room.
made_object make_object(std::size_t bytes);

/// What was written into a new object comes before what any later holder of its block does.
void publish_object(address at);

/// Zeroed blocks in a row of this rank that hold `count` elements, none straddling two blocks.
address make_local_array(std::size_t count, std::size_t element_bytes);

void destroy_object(address at);

/// Makes a `T` by `construct(memory)`, in place: it may be larger than the stack. Nothing is left if that throws.
template <class T, class Construct>
global_ptr<T> construct_object(Construct construct) {
  require_shareable<T>();
  const made_object made = make_object(sizeof(T));
  try {
    construct(made.memory);
  } catch (...) {
    destroy_object(made.at);
    throw;
  }
  publish_object(made.at);
  return global_ptr<T>(made.at);
}

}  // namespace detail

/// Makes a `T` in this rank's shared memory from `args`, in a block of its own: sharing it disturbs no other object.
/// Not collective; hand the pointer to other ranks as data or by `broadcast`.
///
/// Throws resource_error, with what was asked for, what is free and the setting that raises it, when the segment is
/// full. Any thread.
template <class T, class... Args>
[[nodiscard]] global_ptr<T> make_global(Args&&... args) {
  return detail::construct_object<T>([&](void* memory) {
    if constexpr (std::is_constructible_v<T, Args...>) {
      ::new (memory) T(T(std::forward<Args>(args)...));  // as a cast, made where it lies
    } else {
      ::new (memory) T{std::forward<Args>(args)...};
    }
  });
}

/// As above without arguments: value-initialised, so zero unless `T` says otherwise.
template <class T>
[[nodiscard]] global_ptr<T> make_global() {
  return detail::construct_object<T>([](void* memory) { ::new (memory) T{}; });
}

/// Makes `count` elements in a row in this rank's shared memory, all bytes zero, in blocks of 4 KiB (larger if one `T`
/// is). `p + i` points to element i. No elements: a null pointer. Not collective. Throws as `make_global`. Any thread.
template <class T>
[[nodiscard]] global_ptr<T> make_global_array(std::size_t count) {
  detail::require_shareable<T>();
  return global_ptr<T>(detail::make_local_array(count, sizeof(T)));
}

/// Frees what `make_global` or `make_global_array` returned, from any rank; a null pointer is ignored. From another
/// rank it only queues the memory to its home, which takes it back when it next allocates and nobody has a guard on it,
/// and returns at once. Nobody may use the object any more, as with `delete`.
///
/// Throws usage_error for a pointer that is not the start of a live object, where that can be told: at the home. A
/// second `destroy` from another rank is logged as an error by the home. Any thread.
template <class T>
void destroy(global_ptr<T> p) {
  detail::destroy_object(p.address());
}

}  // namespace liana
