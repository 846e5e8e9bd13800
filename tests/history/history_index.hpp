// What both checkers need to know of a history first: which write every access saw, and what the versions and the
// read-modify-writes tell of the order of the writes of a block.
#pragma once

#include <optional>

#include "tests/history/history.hpp"

namespace liana_tests {

/// Tables over one history at a time. They are kept from one to the next, so that a checker that goes through many
/// small histories does not allocate.
///
/// The **values** of a history are numbered: first the initial values by block, then the writes. Values that are known
/// to follow each other directly, by consecutive versions or because an update replaced the one by the other, form a
/// **chain**; its number is that of its first value. A memory that keeps a total order of the writes of a block has
/// nothing between two values of a chain. Where all versions are known, a block has a single chain.
class history_index {
 public:
  static constexpr std::uint32_t none = UINT32_MAX;

  struct value {
    std::uint32_t writer = none;  ///< the access that wrote it; none of an initial value
    std::uint32_t block = 0;
    std::uint64_t version = 0;
    std::uint32_t before = none;  ///< the value that it replaced, if known
    std::uint32_t after = none;   ///< the value that replaced it, if known
    std::uint32_t chain = none;
    std::uint32_t position = 0;  ///< in the chain
    std::uint32_t last = none;   ///< of the first value of a chain: the last one
  };

  /// Two chains of a block whose order is known.
  struct ordered_chains {
    std::uint32_t earlier = 0;
    std::uint32_t later = 0;
  };

  /// Fills the tables, or tells what no order of the writes can explain: a value from nowhere, a version with another
  /// value than the one that was written, two writes of one version, two updates of one value. Throws
  /// std::invalid_argument if it is no history.
  std::optional<violation> rebuild(std::span<const access> accesses);

  std::uint32_t blocks() const { return blocks_; }
  std::span<const value> values() const { return values_; }

  /// The value that the access read or wrote.
  std::uint32_t seen(std::size_t access) const { return of_access_[access].seen; }
  /// The access before it of the same process, or none; and the one of them on the same block.
  std::uint32_t earlier(std::size_t access) const { return of_access_[access].earlier; }
  std::uint32_t earlier_on_block(std::size_t access) const { return of_access_[access].earlier_on_block; }

  /// What versions with gaps between them tell, and that the initial value comes first.
  std::span<const ordered_chains> chain_orders() const { return chain_orders_; }

 private:
  struct entry {
    std::uint32_t seen = none;
    std::uint32_t earlier = none;
    std::uint32_t earlier_on_block = none;
  };
  struct slot {
    std::uint32_t generation = 0;
    std::uint32_t content = 0;
  };
  struct known_version {
    std::uint32_t block = 0;
    std::uint32_t value = 0;
    std::uint64_t version = 0;
  };

  void start(std::span<const access> accesses);
  void find_earlier(std::span<const access> accesses);
  std::optional<violation> number_writes(std::span<const access> accesses);
  std::optional<violation> find_seen(std::span<const access> accesses);
  std::optional<violation> follow_versions(std::span<const access> accesses);
  std::optional<violation> follow_updates(std::span<const access> accesses);
  std::optional<violation> form_chains(std::span<const access> accesses);
  slot& slot_of(std::span<const access> accesses, std::uint32_t block, std::uint64_t content);
  std::optional<violation> chain_up(std::span<const access> accesses, std::uint32_t before, std::uint32_t after);
  std::string name(std::span<const access> accesses, std::uint32_t number) const;

  std::uint32_t blocks_ = 0;
  std::uint32_t processes_ = 0;
  std::uint32_t generation_ = 0;  // marks the slots of this history, so that none need be cleared
  std::vector<value> values_;
  std::vector<entry> of_access_;
  std::vector<slot> by_content_;  // open addressing; content is a value
  std::vector<slot> latest_;      // by process and block; content is an access
  std::vector<std::uint32_t> latest_of_process_;
  std::vector<known_version> known_;
  std::vector<ordered_chains> chain_orders_;
};

}  // namespace liana_tests
