#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "transport/sim/network.hpp"

/// What a network keeps of operations under way, for network.cpp and network_steps.cpp.
namespace liana::transport::sim {

inline constexpr std::size_t word_bytes = 8;

inline bool is_atomic(const operation& each) {
  return each.what == operation::kind::compare_swap || each.what == operation::kind::fetch_add;
}

/// The operations posted at once, and the completion that they count for.
struct network::chain_under_way {
  completion* done = nullptr;
  std::size_t left = 0;
  bool begins_with_write = false;
};

/// One operation under way.
struct network::pending {
  enum class stage : std::uint8_t { transferring, flushing, reporting };

  operation what;
  std::array<std::byte, inline_bytes> copied{};  ///< of a write that may come from anywhere
  std::shared_ptr<chain_under_way> chain;
  stage at = stage::transferring;
  bool begun = false;
  std::size_t pieces = 1;
  std::size_t transferred = 0;
  std::size_t first_piece = 0;
  bool descending = false;
  std::uint64_t before = 0;  ///< an atomic between its read and its write

  [[nodiscard]] const std::byte* source() const {
    return what.bytes <= inline_bytes ? copied.data() : static_cast<const std::byte*>(what.source);
  }
};

struct network::line {
  rank_t from = 0;
  unsigned thread = 0;
  rank_t to = 0;
  std::deque<pending> queue;
};

struct network::inbox {
  struct item {
    std::uint64_t offset = 0;
    std::size_t bytes = 0;
    std::array<std::byte, word_bytes> value{};
  };
  rank_t rank = 0;
  std::deque<item> items;
  std::vector<std::uint64_t> atomics;  ///< offsets of words between an atomic's read and its write
};

}  // namespace liana::transport::sim
