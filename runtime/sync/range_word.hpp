#pragma once

#include <cstddef>
#include <cstdint>

#include <liana/detail/address.hpp>
#include <liana/detail/rank.hpp>

/// A range of numbers in one word, of which several ranks take parts by compare-and-swap.
namespace liana::detail {

/// Numbers from the first to before the second, which wrap around.
struct index_range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  [[nodiscard]] std::uint32_t size() const { return end - begin; }
  [[nodiscard]] bool empty() const { return begin == end; }
};

constexpr std::uint64_t pack(index_range range) { return (std::uint64_t{range.end} << 32U) | range.begin; }
constexpr index_range unpack(std::uint64_t word) {
  return {.begin = static_cast<std::uint32_t>(word), .end = static_cast<std::uint32_t>(word >> 32U)};
}

enum class half : std::uint8_t { lower, upper };

/// Takes half of the range in the word, the larger one, but `most` at most; empty only if the range is.
index_range take_half(address word, half which, std::size_t most, const char* operation);

/// Takes up to `count` from the lower end.
index_range take_some(address word, std::uint32_t count, const char* operation);

/// Random numbers in which ranks look for work, by a linear congruential generator: the higher bits of D. E. Knuth's
/// MMIX. Each rank begins elsewhere.
std::uint64_t first_random(rank_t rank);
std::uint64_t next_random(std::uint64_t& state);

}  // namespace liana::detail
