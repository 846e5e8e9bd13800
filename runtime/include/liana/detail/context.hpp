#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <liana/detail/address.hpp>
#include <liana/detail/directory_entry.hpp>
#include <liana/detail/rank.hpp>
#include <liana/detail/replica.hpp>

namespace liana::detail {

class runtime_state;

/// How this rank reaches the shared memory of another one.
struct home_view {
  std::byte* origin = nullptr;  ///< where the pool is mapped here; null: far
  std::uint64_t bytes = 0;      ///< of the pool
};

/// What the inlined paths need of the runtime, in one place. All of it is fixed from the start of a runtime to its end.
struct context {
  rank_t rank = 0;
  rank_t size = 0;        ///< 0: there is no runtime; every access then leaves the inlined path
  rank_t word_ranks = 0;  ///< `size` where all ranks are near each other, so that CPUs do the atomics; else 0
  const home_view* homes = nullptr;
  std::atomic<std::uint64_t>* validity = nullptr;  ///< this host's table
  std::uint64_t validity_mask = 0;
  const std::atomic<std::uint64_t>* table = nullptr;  ///< references to replicas
  std::uint64_t bucket_mask = 0;
  std::atomic<std::uint32_t>* hints = nullptr;  ///< where the replica of a block was last found: its number + 1, or 0
  std::uint64_t hint_mask = 0;
  replica* replicas = nullptr;
  runtime_state* state = nullptr;
};

inline constinit context no_context;

/// The runtime of this process. A simulator of many ranks in one process points it at the rank whose turn it is; one
/// whose ranks are real threads defines LIANA_CONTEXT_PER_THREAD, and each thread points its own at its rank.
#if defined(LIANA_CONTEXT_PER_THREAD)
inline thread_local constinit context* current = &no_context;
#else
inline constinit context* current = &no_context;
#endif

/// Spreads blocks over tables: those in a row have numbers in a row. Those of different homes and sizes begin at
/// different places: homes 32 * 5063 = 162,016 numbers apart, the golden section of the default number of validity
/// words, so that the rows of many homes lie as far from each other as they can.
inline std::uint64_t spread(address at) {
  return (at.bits() >> at.block_log2()) + (at.bits() >> address::size_shift) * 5063;
}

/// The index of the validity word of the block that `at` lies in.
inline std::uint64_t validity_index(address at, std::uint64_t mask) { return spread(at) & mask; }

inline directory_entry& near_entry(const home_view& home, address at) {
  return *reinterpret_cast<directory_entry*>(home.origin + at.entry_offset());
}

}  // namespace liana::detail
