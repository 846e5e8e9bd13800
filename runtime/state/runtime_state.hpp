#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <liana/detail/annotated_mutex.hpp>
#include <liana/detail/context.hpp>
#include <liana/detail/thread_state.hpp>

#include "runtime/cache/cache.hpp"
#include "runtime/machine/topology.hpp"
#include "runtime/settings/configuration.hpp"
#include "runtime/state/host_map.hpp"
#include "runtime/state/operation_buffers.hpp"
#include "runtime/state/segment_layout.hpp"
#include "transport/shared_segment.hpp"
#include "transport/transport.hpp"

namespace liana::detail {

class runtime_state;

/// The job as this rank sees it. Written by the thread that starts the runtime, before any other uses it; then any
/// thread reads it, without a lock.
struct job_facts {
  topology machine;
  std::vector<std::string> processors;  ///< by rank: the host as users know it
  bool oversubscribed = false;          ///< more ranks than processing units on this host: waits yield at once

  /// How long a wait goes on although a rank that it is for is gone. Not 0 at the end of the runtime only, when the
  /// ending thread, which is then alone, sets it.
  std::chrono::milliseconds forgiveness{0};

  /// How long operations of other threads may keep all operation buffers. They give them back within a round trip,
  /// unless they wait for a block. Tests set it.
  std::chrono::milliseconds buffer_patience{10000};

  /// The process exits, and this rank has taken its leave of the others, or not even that. What is left ends with it.
  bool exited = false;
};

/// The segments of the job and where they are mapped here. Written by the thread that starts the runtime, before any
/// other uses it; then any thread reads it, without a lock. What the segments hold has rules of its own: the protocol's
/// for blocks and entries, and those of `control_page`.
struct memory_map {
  std::vector<segment_layout> layouts;              ///< by rank
  transport::shared_segment segment;                ///< this rank's
  std::vector<transport::shared_segment> attached;  ///< by rank; those of other ranks that are mapped here
  std::vector<home_view> homes;                     ///< by rank; origins of near ones
};

/// What the ranks' collective calls have come to. Written by the thread that makes them; the program sees to it that
/// this is one thread at a time.
struct collective_calls {
  std::uint64_t meetings = 0;        ///< so far
  std::uint64_t exchanges = 0;       ///< of values by the control pages, so far
  bool broken = false;               ///< a meeting failed: the ranks no longer agree, and no further one is tried
  std::atomic<bool> meeting{false};  ///< one is under way. Read by the thread in which the process exits

  /// What each rank does before it meets the others, in this order. Layers add to it while the runtime starts.
  std::vector<std::function<void(runtime_state&)>> before_meeting;
};

/// What the statistics need beside the counters, which each thread has for itself (`thread_state`).
struct counts_of_runtime {
  /// Sums of the counters when the runtime started: threads, and with them their counters, outlive runtimes. Written by
  /// the thread that starts the runtime.
  std::array<std::uint64_t, counters> before_start{};

  annotated_mutex mutex;
  /// Invalidations sent, by block, of the first few thousand blocks. Any thread, with the mutex.
  std::unordered_map<std::uint64_t, std::uint64_t> invalidated LIANA_GUARDED_BY(mutex);
};

/// What a layer above keeps with the runtime. The state owns it and knows no more of it; a function in the layer's
/// header, named beside the member, says what it is. Made while the runtime starts, by the thread that starts it.
class layer_part {
 public:
  layer_part() = default;
  layer_part(const layer_part&) = delete;
  layer_part& operator=(const layer_part&) = delete;
  layer_part(layer_part&&) = delete;
  layer_part& operator=(layer_part&&) = delete;
  virtual ~layer_part() = default;
};

/// The accesses that this rank has begun and that no thread waits for, as far as every wait has to do with them. The
/// protocol implements it. Any thread may call.
class begun_work : public layer_part {
 public:
  /// Moves on what holds blocks for which other ranks may wait. Called in every step of every wait, so that two ranks
  /// that each wait for a block that the other one has begun to write both get on. Does not wait.
  virtual void move_on() = 0;

  /// Finishes what has arrived for nobody who waits, so that its operation buffers come back. Does not wait.
  virtual void finish_arrived() = 0;

  /// Throws peer_error when something has failed whose failure leaves a block locked: those may wait for it who are
  /// waited for here. Called now and then by a wait that lasts.
  virtual void check(runtime_state& state) = 0;
};

/// What who wants an operation buffer does when thousands of operations are under way, so that none is left. Who has
/// buffers that it gives back only later, by going on itself, must not wait.
enum class when_all_are_lent : std::uint8_t { wait, refuse };

/// All that a rank's runtime consists of, made by `start_runtime`. The layers know this structure, not each other.
///
/// Where no lock is named, a member is written by the thread that starts or ends the runtime, which is then alone, and
/// read by any thread in between.
class runtime_state {
 public:
  runtime_state();
  runtime_state(const runtime_state&) = delete;
  runtime_state& operator=(const runtime_state&) = delete;
  runtime_state(runtime_state&&) = delete;
  runtime_state& operator=(runtime_state&&) = delete;
  ~runtime_state();

  std::uint64_t number;  ///< of all runtimes of this process, from 1: what a thread keeps is not the next one's
  context hot;           ///< what the inlined paths see; `hot.state` is this
  configuration settings;
  job_facts job;
  std::unique_ptr<layer_part> group;  ///< the ranks of the job, over MPI: group_of, runtime/group/process_group.hpp
  std::optional<host_map> hosts;      ///< who is near whom
  memory_map memory;
  /// protocol_of, runtime/coherence/protocol.hpp; has locks of its own. Made after `replicas`, some of which its
  /// releases hold, and destroyed before them; but after `wire`, whose operations report to it.
  std::unique_ptr<begun_work> begun;
  std::unique_ptr<transport::transport> wire;  ///< any thread may post and make progress
  std::optional<operation_buffers> buffers;    ///< has a lock of its own
  std::optional<cache> replicas;               ///< has a lock of its own
  std::unique_ptr<layer_part> objects;         ///< objects of this rank: objects_of, runtime/objects/objects.hpp
  std::unique_ptr<layer_part> loops;           ///< of parallel_for, once there was one: runtime/sync/parallel_for.cpp
  collective_calls collective;
  counts_of_runtime counts;
  std::atomic<int> constructed{1};  ///< objects liana::runtime of the program that share this. Any thread

  [[nodiscard]] rank_t rank() const { return hot.rank; }
  [[nodiscard]] rank_t size() const { return hot.size; }
  [[nodiscard]] bool near(rank_t other) const {
    return memory.homes[static_cast<std::size_t>(other)].origin != nullptr;
  }
  [[nodiscard]] const segment_layout& layout_of(rank_t other) const {
    return memory.layouts[static_cast<std::size_t>(other)];
  }

  /// The segment of a rank that is mapped here, this one's included.
  [[nodiscard]] const transport::shared_segment& mapped(rank_t which) const {
    return which == rank() ? memory.segment : memory.attached[static_cast<std::size_t>(which)];
  }

  /// A rank for messages: `rank 3 on node2`.
  [[nodiscard]] std::string describe(rank_t other) const;

  /// Where something of a block lies in its home's segment.
  [[nodiscard]] std::uint64_t entry_at(address block) const {
    return layout_of(block.home()).pool + static_cast<std::uint64_t>(block.entry_offset());
  }
  [[nodiscard]] std::uint64_t data_at(address at) const { return layout_of(at.home()).pool + at.offset(); }

  /// An operation buffer; give it back to `buffers`. Where all are lent it waits for one, or throws resource_error if
  /// it must not, or has waited long.
  [[nodiscard]] operation_buffer* take_buffer(when_all_are_lent then);

  /// As many buffers as `to` has places. Waits, holding none.
  void take_buffers(std::span<operation_buffer*> to);

  [[nodiscard]] control_page& control() const { return *reinterpret_cast<control_page*>(memory.segment.data()); }

  /// This host's validity word of a block.
  [[nodiscard]] std::uint64_t validity(address block) const {
    return hot.validity[validity_index(block, hot.validity_mask)].load(std::memory_order_acquire);
  }

  /// A stamp that no rank has ever used: this rank's number and a counter.
  [[nodiscard]] std::uint64_t fresh_stamp() {
    return ((static_cast<std::uint64_t>(rank()) + 1) << 47U) | (stamps_.fetch_add(1, std::memory_order_relaxed) + 1);
  }

 private:
  std::atomic<std::uint64_t> stamps_{0};  ///< the last one this rank has used
};

/// An operation buffer that is given back. What was posted with it has ended by then.
class lent_buffer {
 public:
  /// As runtime_state::take_buffer.
  explicit lent_buffer(runtime_state& state, when_all_are_lent then = when_all_are_lent::wait)
      : state_(state), buffer_(state.take_buffer(then)) {}
  lent_buffer(const lent_buffer&) = delete;
  lent_buffer& operator=(const lent_buffer&) = delete;
  lent_buffer(lent_buffer&&) = delete;
  lent_buffer& operator=(lent_buffer&&) = delete;
  ~lent_buffer() { state_.buffers->give_back(buffer_); }

  [[nodiscard]] operation_buffer& get() const { return *buffer_; }
  operation_buffer* operator->() const { return buffer_; }

 private:
  runtime_state& state_;
  operation_buffer* buffer_;
};

/// The runtime of the process that this one was forked by; it is not this one's. Else null.
extern runtime_state* runtime_of_parent;

/// The runtime of this process; throws usage_error, naming `operation`, when there is none.
runtime_state& require_runtime(const char* operation);

}  // namespace liana::detail
