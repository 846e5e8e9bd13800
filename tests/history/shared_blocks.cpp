#include "tests/history/shared_blocks.hpp"

#include <numeric>

namespace liana_tests {

namespace {

constexpr std::size_t large_words = 512;

// Of each size; blocks are numbered through all sizes, so it is more than a history takes.
constexpr std::size_t objects_per_rank = shared_blocks::per_history;

template <std::size_t Words>
void make(shared_blocks::objects<Words>& all) {
  for (std::size_t i = 0; i < objects_per_rank; ++i) {
    const auto mine = liana::make_global<uniform_words<Words>>();
    for (const auto& one : from_every_rank(mine)) all.push_back(one);
  }
}

template <std::size_t Words>
void destroy_mine(const shared_blocks::objects<Words>& all) {
  for (const auto& one : all) {
    if (one.home() == liana::rank()) liana::destroy(one);
  }
}

liana::array<std::uint64_t> make_blocks(std::size_t count, std::size_t words) {
  return liana::make_array<std::uint64_t>(
      count * words, {.block_bytes = words * sizeof(std::uint64_t), .layout = liana::layout::cyclic});
}

}  // namespace

shared_blocks::shared_blocks() {
  make(small_);
  make(middle_);
  make(large_);
  const std::size_t blocks = small_.size();
  array_ = make_blocks(blocks, array_words);
  large_array_ = make_blocks(blocks, large_words);
  array_blocks_.resize(blocks);
  std::iota(array_blocks_.begin(), array_blocks_.end(), std::size_t{0});
}

shared_blocks::~shared_blocks() {
  liana::barrier();
  destroy_mine(small_);
  destroy_mine(middle_);
  destroy_mine(large_);
  liana::destroy(array_);
  liana::destroy(large_array_);
}

void shared_blocks::deal(std::mt19937_64& random) {
  std::shuffle(small_.begin(), small_.end(), random);
  std::shuffle(middle_.begin(), middle_.end(), random);
  std::shuffle(large_.begin(), large_.end(), random);
  std::shuffle(array_blocks_.begin(), array_blocks_.end(), random);
  // Neighbouring words, from anywhere in a block that serves as nothing else.
  const std::size_t spare = array_blocks_[0];
  const std::size_t in_small = spare * array_words + random() % (array_words - 1);
  const std::size_t in_large = spare * large_words + random() % (large_words - 1);
  for (std::size_t i = 0; i < 2; ++i) {
    words_[i] = liana::reinterpret_pointer_cast<uniform_words<1>>(array_.ptr(in_small + i));
    words_[2 + i] = liana::reinterpret_pointer_cast<uniform_words<1>>(large_array_.ptr(in_large + i));
  }
}

}  // namespace liana_tests
