#pragma once

#include <cstdint>

#include <fmt/format.h>

#include <liana/liana.hpp>

namespace pagerank {

/// How reads of shared memory were served, and what crossed between ranks' hosts.
struct traffic {
  std::uint64_t hits = 0;           // by a replica
  std::uint64_t misses = 0;         // by asking the home
  std::uint64_t revalidations = 0;  // those of the misses for which it had nothing newer
  std::uint64_t near = 0;           // in place, on the same host
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_written = 0;

  friend traffic operator+(const traffic& a, const traffic& b) {
    return {.hits = a.hits + b.hits,
            .misses = a.misses + b.misses,
            .revalidations = a.revalidations + b.revalidations,
            .near = a.near + b.near,
            .bytes_read = a.bytes_read + b.bytes_read,
            .bytes_written = a.bytes_written + b.bytes_written};
  }
  friend traffic operator-(const traffic& a, const traffic& b) {
    return {.hits = a.hits - b.hits,
            .misses = a.misses - b.misses,
            .revalidations = a.revalidations - b.revalidations,
            .near = a.near - b.near,
            .bytes_read = a.bytes_read - b.bytes_read,
            .bytes_written = a.bytes_written - b.bytes_written};
  }
};

/// Of this rank, since it started.
[[nodiscard]] inline traffic traffic_so_far() {
  const auto counters = liana::stats();
  return {.hits = counters.hits,
          .misses = counters.misses,
          .revalidations = counters.revalidations,
          .near = counters.home_accesses,
          .bytes_read = counters.bytes_read,
          .bytes_written = counters.bytes_written};
}

/// Collective. The sum over all ranks of what each passes.
[[nodiscard]] inline traffic of_all_ranks(const traffic& mine) {
  return liana::all_reduce(mine, [](const traffic& a, const traffic& b) { return a + b; });
}

inline void print_traffic(const traffic& moved) {
  const auto reads = moved.hits + moved.misses;
  const double rate = reads == 0 ? 0 : 100 * static_cast<double>(moved.hits) / static_cast<double>(reads);
  fmt::print(
      "Hit rate: {:.2f} % of {} cached reads ({} missed, of which {} found nothing newer); {} accesses were near\n",
      rate, reads, moved.misses, moved.revalidations, moved.near);
  fmt::print("Bytes moved: {} read, {} written\n", moved.bytes_read, moved.bytes_written);
}

}  // namespace pagerank
