#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <liana/detail/address.hpp>

#include "allocator/segment_memory.hpp"

namespace liana::test {

/// A pool in private memory that plays the part of the segment and reports whoever breaks the rules of
/// allocator::segment_memory. Pages hold `uncommitted` until they are committed, entries hold `prepared` from their
/// preparation on.
class backed_pool : public allocator::segment_memory {
 public:
  static constexpr std::uint8_t uncommitted = 0xAA;
  static constexpr std::uint8_t prepared = 0xEE;

  struct call {
    std::int64_t offset;
    std::size_t size;
    friend bool operator==(const call&, const call&) = default;
  };

  explicit backed_pool(std::size_t bytes) : bytes_(bytes, uncommitted), committed_(bytes / detail::page_bytes) {}

  void commit(std::uint64_t offset, std::size_t bytes) override {
    if (refuse_commits_after == 0) {
      throw std::runtime_error("backed_pool: no memory");
    }
    --refuse_commits_after;
    ASSERT_EQ(offset % detail::page_bytes, 0U);
    ASSERT_EQ(bytes % detail::page_bytes, 0U);
    ASSERT_GT(bytes, 0U);
    ASSERT_LE(offset + bytes, bytes_.size());
    for (std::uint64_t page = offset / detail::page_bytes; page < (offset + bytes) / detail::page_bytes; ++page) {
      EXPECT_FALSE(committed_[page]) << "page " << page << " is committed twice";
      committed_[page] = true;
    }
    std::ranges::fill(data(offset, bytes), std::uint8_t{0});
    commits.push_back({static_cast<std::int64_t>(offset), bytes});
  }

  void prepare_entries(std::int64_t first, std::size_t count) override {
    ASSERT_GE(first, 0) << "entries below the origin belong to their place";
    const auto offset = static_cast<std::uint64_t>(first);
    EXPECT_EQ(offset % detail::entry_bytes, 0U);
    ASSERT_LE(offset + count * detail::entry_bytes, bytes_.size());
    EXPECT_TRUE(is_committed(offset, count * detail::entry_bytes));
    std::ranges::fill(data(offset, count * detail::entry_bytes), prepared);
    preparations.push_back({first, count});
  }

  [[nodiscard]] std::span<std::uint8_t> data(std::uint64_t offset, std::size_t bytes) {
    return std::span(bytes_).subspan(offset, bytes);
  }
  [[nodiscard]] bool holds_only(std::uint64_t offset, std::size_t bytes, std::uint8_t value) {
    return std::ranges::all_of(data(offset, bytes), [value](std::uint8_t byte) { return byte == value; });
  }
  [[nodiscard]] bool is_committed(std::uint64_t offset, std::size_t bytes) const {
    for (std::uint64_t page = offset / detail::page_bytes; page * detail::page_bytes < offset + bytes; ++page) {
      if (!committed_[page]) {
        return false;
      }
    }
    return true;
  }
  [[nodiscard]] std::size_t committed_pages() const {
    return static_cast<std::size_t>(std::ranges::count(committed_, true));
  }

  std::size_t refuse_commits_after = SIZE_MAX;  ///< this many more succeed
  std::vector<call> commits;
  std::vector<call> preparations;

 private:
  std::vector<std::uint8_t> bytes_;
  std::vector<bool> committed_;
};

/// A pool of any size without memory behind it.
class imaginary_pool : public allocator::segment_memory {
 public:
  void commit(std::uint64_t /*offset*/, std::size_t bytes) override { committed_bytes += bytes; }
  void prepare_entries(std::int64_t /*first*/, std::size_t count) override { prepared_entries += count; }

  std::size_t committed_bytes = 0;
  std::size_t prepared_entries = 0;
};

}  // namespace liana::test
