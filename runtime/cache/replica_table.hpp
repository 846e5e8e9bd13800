#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <liana/detail/address.hpp>
#include <liana/detail/replica.hpp>

#include "runtime/cache/cache_pages.hpp"

namespace liana::detail {

/// Where the hit path finds replicas (replica_place): in private memory that costs nothing until it is used. At most
/// half of it is ever full, so that two full buckets at once are a rarity. Beside it the hints: where a replica was
/// when it was last inserted or looked for. They are never taken back, because a thread that follows one checks which
/// block the replica is of.
///
/// Thread safety: one thread changes it at a time, the owner sees to that; any number look up through `references`
/// meanwhile.
class replica_table {
 public:
  using reference = std::atomic<std::uint64_t>;

  /// Throws std::bad_alloc.
  explicit replica_table(std::uint64_t replicas);

  [[nodiscard]] const reference* references() const { return references_.get(); }
  [[nodiscard]] std::uint64_t bucket_mask() const { return bucket_mask_; }
  [[nodiscard]] std::atomic<std::uint32_t>* hints() const { return hints_.get(); }
  [[nodiscard]] std::uint64_t hint_mask() const { return hint_mask_; }

  /// The replica of a block among those in the table; null when there is none.
  [[nodiscard]] replica* find(address block, replica* replicas) const;

  /// False when both buckets are full. The block is not in the table yet.
  [[nodiscard]] bool insert(address block, replica_number number);

  /// Throws std::logic_error where it is not in the table.
  void remove(address block, replica_number number);

  /// Those in the two buckets of a block, both full.
  [[nodiscard]] std::array<replica_number, 2 * replica_place::ways> residents(address block) const;

 private:
  struct unmap {
    std::size_t bytes = 0;
    void operator()(void* first) const;
  };
  template <class Element>
  using memory = std::unique_ptr<Element[], unmap>;

  template <class Element>
  [[nodiscard]] static memory<Element> zeroed(std::uint64_t elements);
  [[nodiscard]] reference* bucket(std::uint64_t number) const {
    return references_.get() + number * replica_place::ways;
  }

  memory<reference> references_;
  std::uint64_t bucket_mask_;
  memory<std::atomic<std::uint32_t>> hints_;  ///< one for each reference: half of them are never used
  std::uint64_t hint_mask_;
};

}  // namespace liana::detail
