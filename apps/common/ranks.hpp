// Which rank this is, and how arrays are dealt out over all of them.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>

namespace apps {

/// Which of how many ranks this is.
struct place {
  int rank;
  int ranks;
};

/// The greatest size of blocks, up to the default of 4 KiB, of which every rank gets a few, so that small problems are
/// dealt out evenly too: a power of two, and no less than one element.
[[nodiscard]] inline std::size_t block_bytes(std::size_t elements, std::size_t element_bytes, int ranks) {
  constexpr std::size_t most = 4096;
  constexpr std::size_t per_rank = 8;
  const std::size_t bytes = elements / (per_rank * static_cast<std::size_t>(ranks)) * element_bytes;
  return std::clamp(std::bit_floor(bytes), std::bit_ceil(element_bytes), std::max(most, std::bit_ceil(element_bytes)));
}

/// One part of the elements of which each of `ranks` ranks has as many as the others: from `first` to before `end`.
struct part {
  std::size_t first;
  std::size_t end;

  [[nodiscard]] std::size_t size() const { return end - first; }
};

/// How many elements a rank gets where none gets more than needs be; the last ranks may get fewer.
[[nodiscard]] inline std::size_t most_of_a_rank(std::size_t elements, int ranks) {
  const auto count = static_cast<std::size_t>(ranks);
  return elements / count + (elements % count == 0 ? 0 : 1);
}

/// The elements of a rank, in the order of ranks.
[[nodiscard]] inline part part_of(std::size_t elements, int rank, int ranks) {
  const std::size_t each = most_of_a_rank(elements, ranks);
  const std::size_t first = std::min(elements, each * static_cast<std::size_t>(rank));
  return {.first = first, .end = std::min(elements, first + each)};
}

}  // namespace apps
