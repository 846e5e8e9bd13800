// The blocks that the histories of real ranks are made on.
#pragma once

#include <vector>

#include "tests/ranks/support.hpp"

namespace liana_tests {

/// What a history calls a block: objects whose words all hold the same, so that a torn one shows; blocks of an array,
/// for views; and single words of larger blocks, which are written without the rest.
class shared_blocks {
 public:
  template <std::size_t Words>
  using objects = std::vector<liana::global_ptr<uniform_words<Words>>>;

  /// Words in a block of the array.
  static constexpr std::size_t array_words = 32;
  /// Two objects of each size, two blocks of the array, and two words each of a small and a large block.
  static constexpr std::uint32_t per_history = 12;

  /// Collective.
  shared_blocks();

  /// Collective.
  ~shared_blocks();
  shared_blocks(const shared_blocks&) = delete;
  shared_blocks& operator=(const shared_blocks&) = delete;

  /// Takes other blocks, with other homes, for the next history: the same on each rank for the same numbers.
  void deal(std::mt19937_64& random);

  /// Calls `visit` with a global pointer to the object that serves as the block. Not for those in the array.
  template <class Visit>
  void with_object(std::uint32_t block, Visit visit) const {
    switch (block / 2) {
      case 0:
        return visit(small_[block]);
      case 1:
        return visit(middle_[block]);
      case 2:
        return visit(large_[block]);
      default:
        return visit(words_[block % words_.size()]);
    }
  }
  static constexpr bool in_array(std::uint32_t block) { return block / 2 == 3; }

  /// Its first element.
  std::size_t first_element(std::uint32_t block) const { return array_blocks_[block] * array_words; }
  const liana::array<std::uint64_t>& array() const { return array_; }

  /// Only updates write it, no puts: then the order of its writes is known.
  static constexpr bool only_updated(std::uint32_t block) { return block % 2 == 0; }

 private:
  objects<1> small_;
  objects<32> middle_;
  objects<512> large_;
  liana::array<std::uint64_t> array_;
  liana::array<std::uint64_t> large_array_;
  std::vector<std::size_t> array_blocks_;
  std::array<liana::global_ptr<uniform_words<1>>, 4> words_;
};

}  // namespace liana_tests
