#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <liana/detail/replica.hpp>

#include "runtime/cache/cache_pages.hpp"

namespace liana::detail {

/// The headers of all replicas, in the first part of the cache's memory: numbered from 0, made when they are first
/// used, never destroyed while the cache lives, because a reader that takes no lock may still look at one that was
/// given back. Those that are free are linked through their `version`.
///
/// Thread safety: none; the owner locks.
class replica_headers {
 public:
  /// Numbers in the table's references have 32 bits, and cache_pages takes one.
  static constexpr std::uint64_t most = 0x7FFF'FFFF;

  /// `memory` is whole pages; `commit` must outlive this object.
  replica_headers(std::span<std::byte> memory, const commit_function& commit);

  /// A free header, its sequence odd, or null when all are in use. Throws what `commit` throws; nothing is changed
  /// then.
  replica* take();
  void give(replica& unused) noexcept;

  [[nodiscard]] replica* data() const { return first_; }
  [[nodiscard]] replica& operator[](replica_number number) const { return first_[number]; }
  [[nodiscard]] replica_number number_of(const replica& copy) const {
    return static_cast<replica_number>(&copy - first_);
  }
  [[nodiscard]] std::uint64_t capacity() const { return capacity_; }
  [[nodiscard]] std::uint64_t made() const { return made_; }  ///< those with numbers below are constructed
  [[nodiscard]] std::uint64_t used() const { return used_; }

 private:
  static constexpr std::uint64_t commit_bytes = std::uint64_t{64} * 1024;

  std::span<std::byte> memory_;
  const commit_function& commit_;
  replica* first_;
  std::uint64_t capacity_;
  std::uint64_t committed_bytes_ = 0;
  std::uint64_t made_ = 0;
  std::uint64_t used_ = 0;
  std::uint64_t first_free_ = 0;  ///< number + 1; 0: none
};

}  // namespace liana::detail
