#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include <liana/detail/address.hpp>
#include <liana/detail/context.hpp>
#include <liana/detail/replica.hpp>

namespace liana::detail {

/// This rank's replicas: memory for them, the table that finds them, eviction. Knows states and memory, nothing of
/// coherence: whether a replica is current is the protocol's business (detail/access.hpp, coherence/).
///
/// A hit takes no lock (detail/replica.hpp says why that is right); everything here takes the one mutex, for no longer
/// than a table operation or an eviction: never across communication.
///
/// Call order for a claimed replica: `claim (publish | abandon)`; for a pinned one: `count_pin unpin`.
///
/// Memory: an eighth for headers of 64 bytes, which hold the data of blocks up to 16 bytes too; the rest in pages of 4
/// KiB, each cut into equal pieces for blocks below 4 KiB, or joined to runs for larger ones. Eviction is CLOCK over
/// the pages (over the headers when these run out): a page whose pieces are of the wanted size gives up one unpinned
/// and unreferenced replica, another page all of its.
class cache {
 public:
  /// Cuts up `memory` (of this rank's segment, page-aligned). `commit(first byte, bytes)` makes a part of it usable,
  /// called once for each page before its first use. It may throw: the cache then stays as large as it is, and throws
  /// that itself only where nothing in it can go.
  cache(std::span<std::byte> memory, std::function<void(std::byte*, std::size_t)> commit);
  cache(const cache&) = delete;
  cache& operator=(const cache&) = delete;
  ~cache();

  /// Sets what the hit path needs to find replicas.
  void describe(context& hot) const;

  enum class claim_result : std::uint8_t {
    claimed,    ///< `copy` is this thread's, contents undefined unless `kept`
    busy,       ///< another claim on the block is under way: wait and look again
    no_memory,  ///< everything that could be evicted is pinned or claimed, or the block is larger than the cache
  };
  struct claim_outcome {
    claim_result result = claim_result::no_memory;
    replica* copy = nullptr;
    bool kept = false;  ///< it held this block before: data and version are still there
  };

  /// Claims the replica of `block`, making room if there is none: an unpinned one is reused, a pinned one orphaned and
  /// a new one made.
  claim_outcome claim(address block);

  /// Gives a claimed replica free for reading. Its stamp, version and data must be set. `pinned`: with one pin already
  /// taken for the caller.
  void publish(replica& copy, bool pinned);

  /// Gives a claimed replica up: it is free, and not found any more.
  void abandon(replica& copy);

  /// Takes a pin off that `count_pin` has counted.
  void unpin(replica& copy) noexcept;
  /// What `unpin` does where count_unpin says so.
  void free_orphan(replica& copy) noexcept;

  struct usage {
    std::size_t bytes = 0;     ///< of the memory in use: headers, and whole pages
    std::size_t replicas = 0;  ///< valid or claimed
    std::size_t pinned = 0;    ///< orphans too
    std::uint64_t evictions = 0;
  };
  [[nodiscard]] usage measure() const;

 private:
  struct implementation;
  std::unique_ptr<implementation> self_;
};

}  // namespace liana::detail
