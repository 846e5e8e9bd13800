#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_set>
#include <vector>

#include <liana/detail/address.hpp>
#include <liana/detail/annotated_mutex.hpp>
#include <liana/detail/array_storage.hpp>

#include "allocator/segment_allocator.hpp"
#include "runtime/objects/exposure.hpp"
#include "runtime/objects/pool_memory.hpp"
#include "runtime/state/runtime_state.hpp"

/// Memory of this rank's pool as objects of the protocol. The allocator knows places; here they are zeroed, and no
/// replica of what lay there before survives: it is invalidated when an object is destroyed, not when its place is used
/// again.
namespace liana::detail {

/// Where the parts of arrays begin, on all ranks: they are freed with their array, not as objects. Thread-safe.
class array_parts {
 public:
  void add(const array_storage& storage);
  void remove(const array_storage& storage);
  [[nodiscard]] bool has(address at) const;

 private:
  /// How many there are of each block size: objects of other sizes are destroyed without the mutex.
  std::array<std::atomic<std::size_t>, 32> of_size_{};
  mutable annotated_mutex mutex_;
  std::unordered_set<std::uint64_t> starts_ LIANA_GUARDED_BY(mutex_);
};

/// What this rank has of objects.
class own_objects final : public layer_part {
 public:
  /// Over the pool of a segment; both outlive it and stay where they are.
  own_objects(const transport::shared_segment& segment, const segment_layout& layout)
      : pool(segment, layout), places(layout.pool_bytes, pool) {}
  own_objects(const own_objects&) = delete;
  own_objects& operator=(const own_objects&) = delete;
  own_objects(own_objects&&) = delete;
  own_objects& operator=(own_objects&&) = delete;
  /// Arrays end with the runtime; their handles may live on.
  ~own_objects() override;

  pool_memory pool;                     ///< any thread
  allocator::segment_allocator places;  ///< of live objects; has a lock of its own
  exposed_blocks exposed;               ///< has a lock of its own
  array_parts parts;                    ///< has a lock of its own

  /// Destroyed while other near ranks may write blocks of this rank as plain memory, and have not published yet: they
  /// are freed later, so that no entry which these ranks will look at becomes anything else. Any thread, with the
  /// mutex.
  annotated_mutex kept_mutex;
  std::vector<allocator::allocation> kept LIANA_GUARDED_BY(kept_mutex);
  /// Destroyed by other ranks, or with an array, and not retired yet: somebody may hold a block of them. Any thread,
  /// with the mutex.
  std::vector<allocator::allocation> destroyed LIANA_GUARDED_BY(kept_mutex);
  std::atomic<std::size_t> kept_count{0};  ///< of both; written with the mutex, looked at without it

  /// Those of all ranks that are not destroyed, and how many there have been. By collective calls, one thread at a
  /// time.
  std::vector<std::shared_ptr<array_storage>> arrays;
  std::uint64_t arrays_made = 0;

  /// The object of another rank that was freed last, a guess of its stack. Any thread.
  std::atomic<std::uint64_t> last_queued{0};
};

inline own_objects& objects_of(const runtime_state& state) { return *static_cast<own_objects*>(state.objects.get()); }

/// A block of several in a row.
inline address nth_block(address first, std::size_t n) {
  return first.advanced(static_cast<std::int64_t>(n << first.block_log2()));
}

/// Makes what this rank has of objects; the segments are there. From then on what was written as plain memory is
/// published before ranks meet.
void begin_objects(runtime_state& state);

/// Takes zeroed blocks in a row. First takes back what other ranks have freed. Throws resource_error saying `what` was
/// asked for.
address allocate_blocks(runtime_state& state, unsigned block_log2, std::size_t blocks, const char* what);

/// Invalidates every replica of a live allocation and frees it, waiting for those who hold a block. What is thrown is
/// thrown while the allocation lives.
void retire_blocks(runtime_state& state, const allocator::allocation& blocks);

/// The same, later: the next time that this rank takes memory and nobody holds a block of it.
void retire_blocks_later(runtime_state& state, const allocator::allocation& blocks);

}  // namespace liana::detail
