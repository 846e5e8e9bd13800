#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <liana/detail/rank.hpp>

namespace liana::transport {

/// One rank's segment: a POSIX shared-memory object, mapped whole. Its creator holds an advisory lock on it for as long
/// as it lives, however it dies, so others can ask whether it is alive; this needs no process numbers and works across
/// PID namespaces. Pages cost memory from `commit` on, not from creation on.
///
/// Call order: `create` by the owner; `attach` by its near peers; then `unlink`, after which nothing is left in
/// /dev/shm even if all are killed. Move-only; unmaps, closes (and unlinks, if that has not happened) when destroyed.
class shared_segment {
 public:
  shared_segment() = default;

  /// Throws `unavailable` when an object of that name exists or the memory file system cannot hold `bytes`.
  static shared_segment create(const std::string& name, std::size_t bytes);

  /// Maps the object that rank `owner` has created. Throws `unavailable` when there is none.
  static shared_segment attach(const std::string& name, std::size_t bytes, rank_t owner);

  shared_segment(shared_segment&& other) noexcept { swap(other); }
  shared_segment& operator=(shared_segment&& other) noexcept {
    swap(other);
    return *this;
  }
  shared_segment(const shared_segment&) = delete;
  shared_segment& operator=(const shared_segment&) = delete;
  ~shared_segment();

  [[nodiscard]] std::byte* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return bytes_; }

  /// Removes the name; the memory lives on until the last mapping goes.
  void unlink();

  /// Takes memory for a range (widened to pages) now, so that touching it later cannot fail. Throws `unavailable`, with
  /// what is free, when there is none left.
  void commit(std::size_t offset, std::size_t bytes) const;

  /// Takes memory for all of it; `commit` then has nothing left to do. Before other threads use the segment.
  void commit_whole();

  /// Gives the memory back, but not the addresses, where what still uses them finds zeros until the process ends.
  /// Nothing else can be done with the segment afterwards.
  void keep_addresses() noexcept;

  /// In a child that was forked: lets go of what is its parent's, the lock included, which would otherwise be held for
  /// as long as the child lives. The addresses stay, as with `keep_addresses`. Safe to call in a child of threads.
  void forget() noexcept;

  /// Whether the process that created the segment is gone. For attached segments.
  [[nodiscard]] bool owner_gone() const;

 private:
  void swap(shared_segment& other) noexcept;

  std::string name_;  // empty once unlinked, and for attached segments
  int file_ = -1;
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
  bool whole_ = false;  // all of it has memory
};

/// Bytes free in the file system that holds shared memory objects; the largest number, where it has no limit.
[[nodiscard]] std::size_t shared_memory_free();

/// Removes objects whose names start with `prefix`, whose owner (this user) is gone and which are older than a minute:
/// what a crash between creation and unlinking left behind. Returns how many.
int remove_leftovers(const std::string& prefix);

}  // namespace liana::transport
