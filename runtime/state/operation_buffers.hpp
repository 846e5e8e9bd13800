#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <liana/detail/annotated_mutex.hpp>
#include <liana/detail/directory_entry.hpp>

namespace liana::detail {

/// Where operations of the transport put what the protocol looks at: an image of a directory entry, and the result of
/// an atomic.
struct alignas(128) operation_buffer {
  std::array<std::uint64_t, entry_bytes / 8> entry;  ///< as the words of directory_entry
  std::uint64_t before;                              ///< result of an atomic
  std::array<std::uint64_t, 7> more;

  /// All of it, as results of that many atomics.
  static constexpr std::size_t words = 16;
  [[nodiscard]] std::span<std::uint64_t, words> results() {
    return std::span<std::uint64_t, words>(entry.data(), words);
  }

  // Views of the image.
  [[nodiscard]] std::uint64_t lock() const { return entry[0]; }
  [[nodiscard]] std::uint64_t near() const { return entry[1]; }
  [[nodiscard]] std::uint64_t version() const { return entry[2]; }
  [[nodiscard]] const std::byte* sharers() const { return reinterpret_cast<const std::byte*>(&entry[3]); }
};

static_assert(sizeof(operation_buffer) == operation_buffer::words * sizeof(std::uint64_t));

/// The buffers in this rank's segment, lent out one by one. The one that came back last lies ready outside of the
/// mutex: a thread that is alone takes and gives it back by one atomic operation each.
class operation_buffers {
 public:
  explicit operation_buffers(std::span<operation_buffer> memory) {
    free_.reserve(memory.size());
    for (operation_buffer& each : memory) {
      free_.push_back(&each);
    }
  }

  /// Null when all are lent.
  operation_buffer* take() {
    if (ready_.load(std::memory_order_relaxed) != nullptr) {
      if (operation_buffer* const taken = ready_.exchange(nullptr, std::memory_order_acquire); taken != nullptr) {
        return taken;
      }
    }
    const annotated_lock lock(mutex_);
    if (free_.empty()) {
      return nullptr;
    }
    operation_buffer* const taken = free_.back();
    free_.pop_back();
    return taken;
  }

  /// As many as `to` has places, or none; false then.
  bool take_all(std::span<operation_buffer*> to) {
    const annotated_lock lock(mutex_);
    if (operation_buffer* const taken = ready_.exchange(nullptr, std::memory_order_acquire); taken != nullptr) {
      free_.push_back(taken);
    }
    if (free_.size() < to.size()) {
      return false;
    }
    for (operation_buffer*& each : to) {
      each = free_.back();
      free_.pop_back();
    }
    return true;
  }

  void give_back(operation_buffer* buffer) {
    operation_buffer* none = nullptr;
    if (ready_.compare_exchange_strong(none, buffer, std::memory_order_release, std::memory_order_relaxed)) {
      return;
    }
    const annotated_lock lock(mutex_);
    free_.push_back(buffer);  // within the capacity reserved
  }

 private:
  std::atomic<operation_buffer*> ready_{nullptr};
  annotated_mutex mutex_;
  std::vector<operation_buffer*> free_ LIANA_GUARDED_BY(mutex_);
};

}  // namespace liana::detail
