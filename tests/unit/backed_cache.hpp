#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include <liana/detail/access.hpp>

#include "runtime/cache/cache.hpp"

namespace liana::test {

/// A cache in private memory, with a validity table of its own. Memory that the cache has not committed, and what lies
/// behind its end, cannot be touched.
class backed_cache {
 public:
  static constexpr std::size_t validity_words = 64;

  explicit backed_cache(std::size_t bytes)
      : bytes_(bytes),
        first_(static_cast<std::byte*>(
            ::mmap(nullptr, bytes + behind_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))),
        committed_(bytes / detail::page_bytes) {
    if (first_ == MAP_FAILED) {
      throw std::runtime_error("backed_cache: mmap failed");
    }
    replicas_ = std::make_unique<detail::cache>(std::span(first_, bytes),
                                                [this](std::byte* at, std::size_t size) { commit(at, size); });
    replicas_->describe(hot);
    hot.validity = validity.data();
    hot.validity_mask = validity_words - 1;
  }
  backed_cache(const backed_cache&) = delete;
  backed_cache& operator=(const backed_cache&) = delete;
  ~backed_cache() {
    replicas_.reset();
    ::munmap(first_, bytes_ + behind_bytes);
  }

  detail::cache& operator*() { return *replicas_; }
  detail::cache* operator->() { return replicas_.get(); }

  /// The number-th block of a size, at rank 1.
  static detail::address block(unsigned log2, std::uint64_t number) {
    return detail::address::make(1, log2, 30, number << log2);
  }

  /// Pins what the hit check found, as the inlined paths do. False when it was reused meanwhile.
  bool pin(detail::replica& copy, std::uint64_t sequence) {
    if (!detail::count_pin(copy, sequence)) {
      replicas_->unpin(copy);
      return false;
    }
    detail::mark_referenced(copy);
    return true;
  }

  /// The replica of a block whether valid or not, pinned; null when there is none, or it is claimed or reused.
  detail::replica* find_and_pin(detail::address block) {
    const detail::replica_hit found = detail::find_in_table(hot, block);
    const bool readable = found.copy != nullptr && (found.sequence & 1U) == 0;
    return readable && pin(*found.copy, found.sequence) ? found.copy : nullptr;
  }

  std::atomic<std::uint64_t>& word_of(detail::address block) {
    return validity[detail::validity_index(block, hot.validity_mask)];
  }

  [[nodiscard]] bool holds(const void* data, std::size_t bytes) const {
    const auto* const at = static_cast<const std::byte*>(data);
    return at >= first_ && at + bytes <= first_ + bytes_;
  }
  [[nodiscard]] std::size_t committed_bytes() const {
    return static_cast<std::size_t>(std::count(committed_.begin(), committed_.end(), true)) * detail::page_bytes;
  }

  std::array<std::atomic<std::uint64_t>, validity_words> validity{};
  detail::context hot;
  bool refuse_commits = false;
  std::vector<std::size_t> commits;  ///< bytes, of each call

 private:
  static constexpr std::size_t behind_bytes = std::size_t{1} << 20;

  void commit(std::byte* at, std::size_t size) {
    if (refuse_commits) {
      throw std::runtime_error("backed_cache: no memory");
    }
    ASSERT_TRUE(holds(at, size));
    const auto offset = static_cast<std::size_t>(at - first_);
    ASSERT_EQ(offset % detail::page_bytes, 0U);
    ASSERT_EQ(size % detail::page_bytes, 0U);
    for (std::size_t page = offset / detail::page_bytes; page < (offset + size) / detail::page_bytes; ++page) {
      EXPECT_FALSE(committed_[page]) << "page " << page << " is committed twice";
      committed_[page] = true;
    }
    ASSERT_EQ(::mprotect(at, size, PROT_READ | PROT_WRITE), 0);
    commits.push_back(size);
  }

  std::size_t bytes_;
  std::byte* first_;
  std::vector<bool> committed_;
  std::unique_ptr<detail::cache> replicas_;
};

/// What single-threaded tests of the cache do all the time.
class cache_fixture : public testing::Test {
 protected:
  using claim_result = detail::cache::claim_result;

  explicit cache_fixture(std::size_t bytes) : memory(bytes) {}

  /// Claims and fills the block; it is not published.
  detail::replica* fill(detail::address block, std::uint8_t content) {
    const auto claim = memory->claim(block);
    if (claim.result != claim_result::claimed) {
      return nullptr;
    }
    std::memset(claim.copy->data.load(), content, block.block_bytes());
    claim.copy->stamp.store(memory.word_of(block).load());
    return claim.copy;
  }
  /// The same, and publishes it.
  detail::replica* cached(detail::address block, std::uint8_t content = 1, bool pinned = false) {
    detail::replica* const copy = fill(block, content);
    if (copy != nullptr) {
      memory->publish(*copy, pinned);
    }
    return copy;
  }
  [[nodiscard]] bool is_valid(detail::address block) const {
    return detail::find_valid_replica(memory.hot, block).copy != nullptr;
  }
  /// Reads the whole block as the hit path does, which counts as a use.
  [[nodiscard]] bool hit(detail::address block) const {
    std::vector<std::byte> out(block.block_bytes());
    return detail::try_hit(memory.hot, block, out.data(), out.size());
  }
  [[nodiscard]] static bool contains_only(const detail::replica& copy, std::uint8_t content) {
    const std::size_t bytes = detail::address(copy.block.load()).block_bytes();
    const std::vector<std::uint8_t> expected(bytes, content);
    return std::memcmp(copy.data.load(), expected.data(), bytes) == 0;
  }

  backed_cache memory;
};

}  // namespace liana::test
