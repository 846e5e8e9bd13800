#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <liana/detail/address.hpp>
#include <liana/detail/rank.hpp>

namespace liana {

/// How the blocks of an array are dealt out: in runs, one run a rank, or one at a time.
enum class layout : std::uint8_t { blocked, cyclic };

/// How `make_array` lays an array out.
struct array_options {
  std::size_t block_bytes = 4096;  ///< unit of coherence: a power of two from 8 to 2^30; raised to hold one element
  liana::layout layout = liana::layout::blocked;
};

namespace detail {

/// Exact division of numbers below 2^63 by a divisor that is known only at run time, as a multiplication and a shift
/// (Granlund and Montgomery, "Division by invariant integers using multiplication", 1994).
class divider {
 public:
  divider() = default;
  /// `divisor` is from 1 to 2^63.
  explicit divider(std::uint64_t divisor);

  [[nodiscard]] std::uint64_t divisor() const { return divisor_; }
  [[nodiscard]] std::uint64_t operator()(std::uint64_t n) const {
    __extension__ using twice = unsigned __int128;  // no warning under -Wpedantic
    return static_cast<std::uint64_t>((static_cast<twice>(n << 1U) * multiplier_) >> 64U) >> shift_;
  }

 private:
  std::uint64_t divisor_ = 1;
  std::uint64_t multiplier_ = std::uint64_t{1} << 63U;
  unsigned shift_ = 0;
};

/// Where the elements of a global array lie; the same on all ranks but for `here_*`. Shared by all copies of an
/// `array`.
struct array_storage {
  std::size_t size = 0;  ///< elements
  std::size_t element_bytes = 0;
  unsigned block_log2 = 0;
  liana::layout layout = liana::layout::blocked;
  std::size_t blocks = 0;  ///< of the whole array
  rank_t rank = 0;         ///< this rank
  rank_t ranks = 0;
  divider per_block;           ///< elements in a block
  divider per_rank;            ///< blocked: blocks in a rank's run
  divider by_ranks;            ///< cyclic: ranks
  std::vector<address> first;  ///< by rank: its first block; null where it has none
  std::uint64_t number = 0;    ///< of this array in its runtime, from 1
  bool alive = true;           ///< not destroyed, and its runtime has not ended

  struct position {
    std::size_t block;     ///< of the array
    std::size_t in_block;  ///< element in the block
  };
  [[nodiscard]] position find(std::size_t index) const {
    const std::size_t block = per_block(index);
    return {.block = block, .in_block = index - block * per_block.divisor()};
  }
  [[nodiscard]] rank_t home_of_block(std::size_t block) const {
    return static_cast<rank_t>(layout == liana::layout::blocked ? per_rank(block)
                                                                : block - by_ranks(block) * by_ranks.divisor());
  }
  [[nodiscard]] address block_address(std::size_t block) const {
    const std::size_t run = layout == liana::layout::blocked ? per_rank(block) : by_ranks(block);
    const std::size_t home = layout == liana::layout::blocked ? run : block - run * by_ranks.divisor();
    const std::size_t row = layout == liana::layout::blocked ? block - run * per_rank.divisor() : run;
    return first[home].advanced(static_cast<std::int64_t>(row << block_log2));
  }
  [[nodiscard]] address element(std::size_t index) const {
    const position at = find(index);
    return block_address(at.block).advanced(static_cast<std::int64_t>(at.in_block * element_bytes));
  }
};

/// Collective. Allocates and zeroes this rank's part and learns where the others' parts lie. Throws on all ranks alike:
/// usage_error for calls that differ between ranks and for a bad block size, resource_error when any rank cannot hold
/// its part.
std::shared_ptr<array_storage> make_array_storage(std::size_t size, std::size_t element_bytes, array_options options,
                                                  const char* element_type);

/// Collective. Frees all parts; the storage is then dead.
void destroy_array_storage(array_storage& storage);

/// Throws usage_error: `operation` on an array that was destroyed or never made, or on elements [first, first + count)
/// of `size`.
[[noreturn]] void refuse_range(const array_storage* storage, const char* operation, std::size_t first,
                               std::size_t count);

}  // namespace detail
}  // namespace liana
