#pragma once

#include <cstddef>
#include <cstdint>

#include "../place.hpp"

namespace gups {

/// A table of words T and updates of it: T[x & (words - 1)] ^= x for each x of the stream, from T[i] = i.
struct problem {
  unsigned log2_words = 20;
  std::uint64_t updates_per_word = 4;

  [[nodiscard]] std::size_t words() const { return std::size_t{1} << log2_words; }
  [[nodiscard]] std::size_t mask() const { return words() - 1; }
  [[nodiscard]] std::uint64_t updates() const { return updates_per_word << log2_words; }
};

/// The updates of one rank, from `first` to before `end` of the stream.
struct share {
  std::uint64_t first;
  std::uint64_t end;
};

/// As many for each rank as for the others, in the order of ranks.
[[nodiscard]] inline share updates_of(const problem& of, const apps::place& at) {
  const auto ranks = static_cast<std::uint64_t>(at.ranks);
  const auto rank = static_cast<std::uint64_t>(at.rank);
  const std::uint64_t each = of.updates() / ranks;
  const std::uint64_t more = of.updates() % ranks;  // the first ranks have one more
  const auto before = [&](std::uint64_t which) { return which * each + (which < more ? which : more); };
  return {.first = before(rank), .end = before(rank + 1)};
}

}  // namespace gups
