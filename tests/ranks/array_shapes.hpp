// The shapes of distributed arrays that the array tests run through.
#pragma once

#include <string>

#include "tests/ranks/support.hpp"

namespace liana_tests {

struct array_shape {
  std::size_t elements;
  std::size_t block_bytes;
  liana::layout layout;

  liana::array_options options() const { return {.block_bytes = block_bytes, .layout = layout}; }

  std::string text() const {
    return std::to_string(elements) + " elements, blocks of " + std::to_string(block_bytes) +
           (layout == liana::layout::blocked ? ", blocked" : ", cyclic");
  }
};

/// Sizes from none over fewer than ranks to several blocks per rank, in both layouts, for each block size.
inline std::vector<array_shape> array_shapes(std::size_t element_bytes) {
  std::vector<array_shape> shapes;
  const auto ranks = static_cast<std::size_t>(liana::size());
  for (const std::size_t block : {std::size_t{64}, std::size_t{256}, std::size_t{4096}, std::size_t{65536}}) {
    const std::size_t per_block = std::max<std::size_t>(1, block / element_bytes);
    for (const auto layout : {liana::layout::blocked, liana::layout::cyclic}) {
      for (const std::size_t n :
           {std::size_t{0}, std::size_t{1}, ranks - 1, per_block + 1, per_block * (2 * ranks + 1) - 1}) {
        if (n <= 20'000) shapes.push_back({n, block, layout});
      }
    }
  }
  return shapes;
}

/// Shapes of arrays that are written and read in bulk: several blocks per rank, the last one not full.
inline std::vector<array_shape> bulk_shapes(std::size_t element_bytes) {
  std::vector<array_shape> shapes;
  for (const std::size_t block : {std::size_t{64}, std::size_t{4096}}) {
    const std::size_t per_block = std::max<std::size_t>(1, block / element_bytes);
    for (const auto layout : {liana::layout::blocked, liana::layout::cyclic}) {
      shapes.push_back({per_block * 3 * static_cast<std::size_t>(liana::size()) + 1, block, layout});
    }
  }
  return shapes;
}

/// The elements that somebody numbered 0, 1, 2... from `base`.
template <class T>
std::vector<T> numbered_range(std::uint64_t base, std::size_t n) {
  std::vector<T> values;
  values.reserve(n);
  for (std::size_t i = 0; i < n; ++i) values.push_back(numbered<T>(base + i));
  return values;
}

/// Success if `values[i]` is `numbered(base + i)` for all i.
template <class Range>
::testing::AssertionResult holds_range(const Range& values, std::uint64_t base) {
  std::uint64_t i = 0;
  for (const auto& value : values) {
    const auto result = holds(value, base + i);
    if (!result) return ::testing::AssertionFailure() << "element " << i << ": " << result.message();
    ++i;
  }
  return ::testing::AssertionSuccess();
}

}  // namespace liana_tests
