#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
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

/// One loop over `count` iterations, and its chunks as this rank gets them. Collective: made by all ranks alike; each
/// takes chunks until there are none, and then ends the loop.
class loop_chunks {
 public:
  loop_chunks(std::size_t count, parallel_for_options with);
  loop_chunks(const loop_chunks&) = delete;
  loop_chunks& operator=(const loop_chunks&) = delete;
  loop_chunks(loop_chunks&&) = delete;
  loop_chunks& operator=(loop_chunks&&) = delete;
  ~loop_chunks();

  /// The next iterations for this rank, from the first to before the second; two equal numbers: no more.
  std::pair<std::size_t, std::size_t> next();

  /// Waits until all ranks have done their iterations.
  void end();

 private:
  void begin(runtime_state& state, const std::string& call) const;
  [[nodiscard]] std::pair<std::size_t, std::size_t> chunk(std::uint64_t number) const;
  std::pair<std::size_t, std::size_t> next_of_counter();
  std::pair<std::size_t, std::size_t> next_of_range();
  bool steal();

  std::size_t count_;
  parallel_for_options with_;
  std::uint64_t chunks_;  ///< in all
  std::uint64_t random_ = 0;
  bool begun_ = false;  ///< under `fixed`
};

}  // namespace detail

/// Collective. Calls f(i) for every i in [first, last) once, on some rank; or, if it can be called so, f(begin, end)
/// for ranges that together are these. Returns once all ranks have done their iterations.
///
/// `schedule::fixed` needs no communication, and suits iterations that take the same time; under `counter` and
/// `stealing` a rank that is done early helps, at the price of an atomic a chunk: with all ranks on one host some
/// nanoseconds, between hosts a round trip.
///
/// Throws usage_error on all ranks for a range or options that differ between ranks, for chunks of 0 iterations, and
/// under schedule::stealing for more than 2^32 - 2 chunks; on the rank that does it for a loop in the body of a loop,
/// and for two loops at a time; peer_error and timeout_error as every wait. A chunk can be larger than the loop, which
/// then is one chunk. From one thread of a rank at a time.
///
/// What `f` throws goes to the caller on that rank. The other ranks wait for it at the end of the loop: a rank that
/// catches the exception and makes another collective call instead gets, with all others, a usage_error that says so.
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
  chunks.end();
}

}  // namespace liana
