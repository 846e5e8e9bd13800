#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <liana/detail/annotated_mutex.hpp>
#include <liana/detail/array_storage.hpp>
#include <liana/detail/context.hpp>
#include <liana/detail/thread_state.hpp>

#include "allocator/segment_allocator.hpp"
#include "runtime/cache/cache.hpp"
#include "runtime/machine/topology.hpp"
#include "runtime/objects/exposure.hpp"
#include "runtime/settings/configuration.hpp"
#include "runtime/state/host_map.hpp"
#include "runtime/state/operation_buffers.hpp"
#include "runtime/state/segment_layout.hpp"
#include "transport/shared_segment.hpp"
#include "transport/transport.hpp"

namespace liana::detail {

class pool_memory;    // runtime/objects/pool_memory.hpp
class prefetch_list;  // runtime/coherence/prefetch_list.hpp
class process_group;  // runtime/group/process_group.hpp
class put_list;       // runtime/coherence/put_list.hpp
class release_queue;  // runtime/coherence/release_queue.hpp

/// All that a rank's runtime consists of. Made by `start_runtime` in the order of the members, which is also the order
/// of what needs what; the parts know this structure, not each other.
class runtime_state {
 public:
  runtime_state();
  runtime_state(const runtime_state&) = delete;
  runtime_state& operator=(const runtime_state&) = delete;
  runtime_state(runtime_state&&) = delete;
  runtime_state& operator=(runtime_state&&) = delete;
  ~runtime_state();

  std::uint64_t number;  ///< of all runtimes of this process, from 1: what a thread keeps of one is not the next one's
  context hot;           ///< what the inlined paths see; `hot.state` is this
  configuration settings;
  topology machine;
  std::unique_ptr<process_group> group;  ///< the ranks of this job, over MPI
  std::optional<host_map> hosts;
  std::vector<std::string> processors;  ///< by rank: the host as users know it
  bool oversubscribed = false;          ///< more ranks than processing units on this host: waits yield at once

  // Segments.
  std::vector<segment_layout> layouts;              ///< by rank
  transport::shared_segment segment;                ///< this rank's
  std::vector<transport::shared_segment> attached;  ///< by rank; those mapped here
  std::vector<home_view> homes;                     ///< by rank; origins of near ones
  std::unique_ptr<transport::transport> wire;
  std::optional<operation_buffers> buffers;
  std::optional<cache> replicas;

  // Objects of this rank.
  std::unique_ptr<pool_memory> pool;
  std::unique_ptr<allocator::segment_allocator> objects;
  std::vector<std::shared_ptr<array_storage>> arrays;  ///< those not destroyed
  std::shared_ptr<array_storage> loop_words;           ///< of parallel_for, once there was one
  exposed_blocks exposed;                              ///< written as plain memory
  std::uint64_t arrays_made = 0;
  std::atomic<std::uint64_t> last_queued{0};  ///< the object of another rank that was freed last, a guess of its stack

  // The protocol.
  std::unique_ptr<release_queue> releases;    ///< far releases under way
  std::unique_ptr<prefetch_list> prefetches;  ///< read misses that nobody waits for
  std::unique_ptr<put_list> puts;             ///< far puts that nobody has waited for yet
  std::atomic<std::uint64_t> stamps{0};       ///< the last one this rank has used, see fresh_stamp

  /// How long a wait goes on although a rank that it is for is gone. Not 0 at the end of the runtime only.
  std::chrono::milliseconds forgiveness{0};

  // Collective calls.
  std::uint64_t calls = 0;      ///< meetings so far
  std::uint64_t exchanges = 0;  ///< of values by the control pages, so far
  bool broken = false;          ///< a meeting failed: the ranks no longer agree, and no further one is tried

  // Statistics.
  std::array<std::uint64_t, counters> counted_before{};  ///< threads, and with them their counters, outlive runtimes
  annotated_mutex invalidated_mutex;
  /// Invalidations sent by block, of the first few thousand blocks.
  std::unordered_map<std::uint64_t, std::uint64_t> invalidated LIANA_GUARDED_BY(invalidated_mutex);

  [[nodiscard]] rank_t rank() const { return hot.rank; }
  [[nodiscard]] rank_t size() const { return hot.size; }
  [[nodiscard]] bool near(rank_t other) const { return homes[static_cast<std::size_t>(other)].origin != nullptr; }
  [[nodiscard]] const segment_layout& layout_of(rank_t other) const { return layouts[static_cast<std::size_t>(other)]; }

  /// A rank for messages: `rank 3 on node2`.
  [[nodiscard]] std::string describe(rank_t other) const;

  /// Where something of a block lies in its home's segment.
  [[nodiscard]] std::uint64_t entry_at(address block) const {
    return layout_of(block.home()).pool + static_cast<std::uint64_t>(block.entry_offset());
  }
  [[nodiscard]] std::uint64_t data_at(address at) const { return layout_of(at.home()).pool + at.offset(); }

  /// An operation buffer; give it back to `buffers`. Throws resource_error when thousands of operations are under way.
  [[nodiscard]] operation_buffer* take_buffer();

  [[nodiscard]] control_page& control() const { return *reinterpret_cast<control_page*>(segment.data()); }

  /// This host's validity word of a block.
  [[nodiscard]] std::uint64_t validity(address block) const {
    return hot.validity[validity_index(block, hot.validity_mask)].load(std::memory_order_acquire);
  }

  /// A stamp that no rank has ever used: this rank's number and a counter.
  [[nodiscard]] std::uint64_t fresh_stamp() {
    return ((static_cast<std::uint64_t>(rank()) + 1) << 47U) | (stamps.fetch_add(1, std::memory_order_relaxed) + 1);
  }
};

/// The runtime of this process; throws usage_error, naming `operation`, when there is none.
runtime_state& require_runtime(const char* operation);

}  // namespace liana::detail
