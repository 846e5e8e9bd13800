#include "runtime/sync/range_word.hpp"

#include <algorithm>

#include <liana/detail/words.hpp>

namespace liana::detail {
namespace {

/// Takes so many as `choose` says of how many there are.
template <class Choose>
index_range take(address word, half which, Choose choose, const char* operation) {
  std::uint64_t found = load_word(word, operation);
  for (;;) {
    const index_range all = unpack(found);
    if (all.empty()) {
      return {};
    }
    const std::uint32_t count = choose(all.size());
    index_range taken = all;
    index_range left = all;
    if (which == half::lower) {
      taken.end = left.begin = all.begin + count;
    } else {
      taken.begin = left.end = all.end - count;
    }
    const std::uint64_t before = swap_word(word, found, pack(left), operation);
    if (before == found) {
      return taken;
    }
    found = before;
  }
}

}  // namespace

index_range take_half(address word, half which, std::size_t most, const char* operation) {
  return take(
      word, which,
      [most](std::uint32_t size) { return static_cast<std::uint32_t>(std::min<std::size_t>(size - size / 2, most)); },
      operation);
}

index_range take_some(address word, std::uint32_t count, const char* operation) {
  return take(
      word, half::lower, [count](std::uint32_t size) { return std::min(size, count); }, operation);
}

std::uint64_t first_random(rank_t rank) {
  std::uint64_t state = static_cast<std::uint64_t>(rank) + 1;
  next_random(state);
  return state;
}

std::uint64_t next_random(std::uint64_t& state) {
  state = state * 6364136223846793005U + 1442695040888963407U;
  return state >> 33U;
}

}  // namespace liana::detail
