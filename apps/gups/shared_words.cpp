#include "shared_words.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "../dealing.hpp"

namespace gups {

namespace {

/// Of words that are read and put back: one cache line, because whoever puts one has its whole block to itself
/// meanwhile.
constexpr std::size_t plain_block_bytes = 64;

/// Words that are filled in one go.
constexpr std::size_t most_at_once = 4096;

}  // namespace

atomic_words::atomic_words(const problem& of)
    : words_(liana::make_atomic_array<std::uint64_t>(
          of.words(), {.block_bytes = apps::block_bytes(of.words(), sizeof(std::uint64_t), liana::size())})) {
  // All are 0 so far. To add many numbers at once is the fastest way to store them.
  const auto [first, end] = own();
  std::vector<std::size_t> index(most_at_once);
  for (std::size_t begin = first; begin < end; begin += index.size()) {
    index.resize(std::min(index.size(), end - begin));
    std::iota(index.begin(), index.end(), begin);
    words_.fetch_add(index, index);
  }
}

void atomic_words::update(std::span<const std::size_t> index, std::span<const std::uint64_t> operands) {
  words_.fetch_xor(index, operands);
}

plain_words::plain_words(const problem& of)
    : words_(liana::make_array<std::uint64_t>(of.words(), {.block_bytes = plain_block_bytes})) {
  const std::size_t first = own().first;
  auto mine = words_.write_local();
  std::iota(mine.begin(), mine.end(), first);
}

void plain_words::update(std::span<const std::size_t> index, std::span<const std::uint64_t> operands) {
  values_.resize(index.size());
  words_.gather(index, values_);
  for (std::size_t i = 0; i < index.size(); ++i) values_[i] ^= operands[i];
  words_.scatter(index, values_);
}

}  // namespace gups
