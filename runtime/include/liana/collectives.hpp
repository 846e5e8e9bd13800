#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <vector>

#include <liana/detail/rank.hpp>
#include <liana/detail/type_name.hpp>
#include <liana/runtime.hpp>

namespace liana {
namespace detail {

/// Collective. The root's `bytes` bytes at `value` on every rank.
void broadcast_bytes(void* value, std::size_t bytes, rank_t root, const char* type);

/// Collective. Everybody's `bytes` bytes at `mine`, by rank, at `all`.
void gather_for_reduction(const void* mine, std::size_t bytes, void* all, const char* type);

}  // namespace detail

/// Collective. The `value` of rank `root` on every rank; `T` is any trivially copyable type, global pointers too. It
/// travels by shared memory where all ranks are on one host and it has at most 256 bytes, else over MPI. Throws
/// usage_error on all ranks for a root that does not exist and for calls that differ between ranks, peer_error and
/// timeout_error as every wait. From one thread at a time.
template <class T>
[[nodiscard]] T broadcast(T value, rank_t root) {
  static_assert(std::is_trivially_copyable_v<T>, "liana::broadcast: T must be trivially copyable, its bytes travel");
  detail::broadcast_bytes(std::addressof(value), sizeof(T), root, detail::type_name<T>());
  return value;
}

/// Collective. The values of all ranks combined by `op`, any callable (T, T) -> T: op(...op(op(v0, v1), v2)..., vn) in
/// the order of ranks, on every rank alike, so that the result is the same everywhere to the last bit, and `op` need be
/// neither commutative nor associative. Time and memory grow with the number of ranks. Way, errors and threads as for
/// `broadcast`.
template <class T, class Operation>
requires std::is_invocable_r_v<T, Operation&, const T&, const T&>
[[nodiscard]] T all_reduce(const T& value, Operation op) {
  static_assert(std::is_trivially_copyable_v<T>, "liana::all_reduce: T must be trivially copyable, its bytes travel");
  struct element {  // because std::vector<bool> has no elements
    T value;
  };
  std::vector<element> all(static_cast<std::size_t>(detail::require_context("all_reduce").size), element{value});
  detail::gather_for_reduction(std::addressof(value), sizeof(T), all.data(), detail::type_name<T>());
  T result = all.front().value;
  for (std::size_t i = 1; i < all.size(); ++i) {
    result = static_cast<T>(op(result, all[i].value));
  }
  return result;
}

}  // namespace liana
