#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include <liana/detail/rank.hpp>
#include <liana/runtime.hpp>

namespace liana {

/// How the iterations of a `parallel_for` are dealt out over the ranks.
enum class schedule : std::uint8_t {
  fixed,     ///< one run a rank, as the elements of an array under layout::blocked
  counter,   ///< chunk by chunk from a counter that all ranks share, in ascending order
  stealing,  ///< one run a rank, and half of what another one still has when the own one is done
};

/// `parallel_for`.
struct parallel_for_options {
  liana::schedule schedule = schedule::fixed;
  std::size_t chunk = 1;  ///< iterations taken at a time, under `counter` and `stealing`
};

namespace detail {

/// The chunks of one loop over `count` iterations, as this rank gets them. Collective: made by all ranks alike, and
/// each takes until there are none.
class loop_chunks {
 public:
  loop_chunks(std::size_t count, parallel_for_options with);

  /// The next iterations for this rank, from the first to before the second; two equal numbers: no more.
  std::pair<std::size_t, std::size_t> next();

 private:
  [[nodiscard]] std::pair<std::size_t, std::size_t> iterations(std::uint64_t first, std::uint64_t chunks) const;
  std::pair<std::size_t, std::size_t> next_of_counter();
  std::pair<std::size_t, std::size_t> next_of_range();
  bool steal();

  std::size_t count_;
  parallel_for_options with_;
  std::uint64_t chunks_;  ///< in all
  std::uint64_t random_;
  bool begun_ = false;  ///< under `fixed`
};

}  // namespace detail

/// Collective. Calls f(i) for every i in [first, last) once, on some rank; or, if it can be called so, f(begin, end)
/// for ranges that together are these. Ends with a barrier.
///
/// `schedule::fixed` needs no communication, and suits iterations that take the same time; under `counter` and
/// `stealing` a rank that is done early helps, at the price of an atomic a chunk: with all ranks on one host some
/// nanoseconds, between hosts a round trip.
///
/// Throws usage_error on all ranks for a range or options that differ between ranks, for chunks of 0 iterations and for
/// more than 2^32 - 1 chunks; peer_error and timeout_error as every wait. What `f` throws ends the loop on its rank
/// only. From one thread of a rank at a time.
template <class F>
void parallel_for(std::size_t first, std::size_t last, F f, parallel_for_options with = {}) {
  detail::loop_chunks chunks(last > first ? last - first : 0, with);
  for (auto [begin, end] = chunks.next(); begin != end; std::tie(begin, end) = chunks.next()) {
    if constexpr (std::is_invocable_v<F&, std::size_t, std::size_t>) {
      f(first + begin, first + end);
    } else {
      for (std::size_t i = begin; i < end; ++i) {
        f(first + i);
      }
    }
  }
  barrier();
}

}  // namespace liana
