// The global data of the coherence stress. Every unit that is written whole has a slot in the ledger.
#pragma once

#include <tuple>
#include <vector>

#include "tests/ranks/support.hpp"

namespace liana_tests {

/// Objects of one size, dealt out over the ranks.
template <std::size_t Words>
struct object_group {
  using object = uniform_words<Words>;
  /// Of the largest more, so that together they exceed every cache that is to evict.
  static constexpr std::size_t count = Words < 8192 ? 4 : 10;

  std::vector<liana::global_ptr<object>> objects;
  std::size_t first_slot = 0;
};

/// 8, 64, 256, 4096 and 65536 bytes.
using object_groups =
    std::tuple<object_group<1>, object_group<8>, object_group<32>, object_group<512>, object_group<8192>>;
inline constexpr std::size_t group_count = std::tuple_size_v<object_groups>;

/// An array of words in `block_count` blocks.
struct word_array {
  liana::array<std::uint64_t> words;
  std::size_t first_slot = 0;

  std::size_t per_block() const { return words.block_elements(); }
  std::size_t blocks() const { return words.size() / words.block_elements(); }
};

struct versioned_data {
  object_groups shared;            ///< incremented by everybody, in place; a slot per object
  object_groups owned;             ///< put whole by one participant each; a slot per object
  std::vector<word_array> blocks;  ///< incremented by everybody through views of whole blocks; a slot per block
  std::vector<word_array> words;   ///< each word put by one participant; a slot per word
  std::size_t slots = 0;

  /// Collective.
  versioned_data();

  /// Who alone writes an owned object or word.
  static std::uint64_t owner(std::size_t slot, std::uint64_t participants) { return mixed(slot) % participants; }
};

}  // namespace liana_tests
