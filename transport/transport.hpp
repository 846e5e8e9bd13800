#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <liana/detail/rank.hpp>

/// The transport contract: what every back end (shm, verbs, sim) promises to the runtime, and all that the runtime
/// knows of it.
///
/// A transport moves bytes between the *segments* of ranks: one contiguous, registered range of memory per rank,
/// addressed by rank and offset. It does not know what the bytes mean. No code runs on the target's CPU for any
/// operation.
///
/// Operations are posted in *chains*: several operations to one peer, handed over at once. What a chain promises:
///
/// 1. Operations to one peer take effect at the target in the order posted, in one chain and across chains of one
///    thread, except that a write or an atomic may overtake an earlier read or atomic of the same peer unless it is
///    `fenced`. Reads keep their order among themselves: a far write relies on it (tests/model/README.md). Nothing is
///    promised between peers.
/// 2. When a completion reports done, every operation of its chain has taken effect; a write or an atomic marked
///    `visible` can then be seen by the target's CPU (a NIC flushes it by a read behind it).
/// 3. An aligned 64-byte line is read atomically or in ascending address order.
/// 4. Atomics are atomic against the same transport's atomics alone: a word that takes them takes nothing else.
///
/// Buffers belong to the transport from post to completion. They lie in this rank's own segment, except that a write of
/// at most `inline_bytes` may come from anywhere: it is copied by post. The operation array itself is free after post.
///
/// Call order: made; `addresses`, `connect`; then, once all ranks have connected, `post`, `progress` and `lost`. A
/// chain that was posted comes to an end by itself, well or not, as long as somebody makes progress.
///
/// Thread rule: any thread may post, progress and ask who is lost.
namespace liana::transport {

inline constexpr std::size_t inline_bytes = 64;

/// Memory or a device cannot be had. The runtime turns it into `liana::resource_error`.
class unavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One one-sided operation on a peer's segment.
struct operation {
  enum class kind : std::uint8_t { read, write, compare_swap, fetch_add };

  kind what = kind::read;
  bool visible = false;          ///< write or atomic: done means that the target's CPU can see it
  bool fenced = false;           ///< begins after all earlier reads and atomics to this peer
  std::size_t bytes = 0;         ///< atomics: 8, at an aligned offset
  std::uint64_t remote = 0;      ///< offset in the peer's segment
  void* local = nullptr;         ///< read: to; atomics: the value before, or null; write: from (see `source`)
  const void* source = nullptr;  ///< write: from
  std::uint64_t compare = 0;     ///< compare_swap: the value expected
  std::uint64_t operand = 0;     ///< compare_swap: the new value; fetch_add: what is added

  static operation read(std::uint64_t remote, void* to, std::size_t bytes) {
    return {.what = kind::read, .bytes = bytes, .remote = remote, .local = to};
  }
  static operation write(std::uint64_t remote, const void* from, std::size_t bytes) {
    return {.what = kind::write, .bytes = bytes, .remote = remote, .source = from};
  }
  static operation visible_write(std::uint64_t remote, const void* from, std::size_t bytes) {
    return {.what = kind::write, .visible = true, .bytes = bytes, .remote = remote, .source = from};
  }
  static operation compare_swap(std::uint64_t remote, std::uint64_t compare, std::uint64_t desired,
                                std::uint64_t* before) {
    return {.what = kind::compare_swap,
            .bytes = 8,
            .remote = remote,
            .local = before,
            .compare = compare,
            .operand = desired};
  }
  static operation fetch_add(std::uint64_t remote, std::uint64_t operand, std::uint64_t* before) {
    return {.what = kind::fetch_add, .bytes = 8, .remote = remote, .local = before, .operand = operand};
  }
};

/// Counts the chains posted with it that are not done. It outlives them; it may be used again once done.
class completion {
 public:
  completion() = default;
  completion(const completion&) = delete;
  completion& operator=(const completion&) = delete;
  completion(completion&&) = delete;
  completion& operator=(completion&&) = delete;
  ~completion() = default;

  [[nodiscard]] bool done() const { return pending_.load(std::memory_order_acquire) == 0; }

  /// The rank whose connection failed while a chain was under way, or -1. To be read once done.
  [[nodiscard]] rank_t failed_peer() const { return failed_peer_.load(std::memory_order_relaxed); }

  // For back ends.
  void add() { pending_.fetch_add(1, std::memory_order_relaxed); }
  void finish() { pending_.fetch_sub(1, std::memory_order_release); }
  void fail(rank_t peer) {
    failed_peer_.store(peer, std::memory_order_relaxed);
    finish();
  }

 private:
  std::atomic<std::uint32_t> pending_{0};
  std::atomic<rank_t> failed_peer_{-1};
};

/// A back end. Made by `make_transport` (transport/factory.hpp).
class transport {
 public:
  transport() = default;
  transport(const transport&) = delete;
  transport& operator=(const transport&) = delete;
  transport(transport&&) = delete;
  transport& operator=(transport&&) = delete;
  virtual ~transport() = default;

  /// What every other rank has to know to be reached by this one and to reach it: one text per rank, all of one length
  /// on all ranks. The text for the rank itself is not used. Empty: nothing has to be exchanged.
  [[nodiscard]] virtual std::vector<std::string> addresses() { return {}; }

  /// Makes the connections, from what each rank said for this one, by rank. Not collective. Throws `unavailable` with
  /// the rank, the cause and the remedy.
  virtual void connect(std::span<const std::string> /*addresses*/) {}

  /// Hands over a chain; it may wait for room but not for the operations. A peer that is already known to be lost fails
  /// the completion.
  virtual void post(rank_t peer, std::span<const operation> chain, completion& done) = 0;

  /// Moves on whatever is under way; called again and again by each thread that waits.
  virtual void progress() = 0;

  /// In a child that was forked: closes what keeps its parent's connections alive after the parent's end. Nothing else
  /// can be done with the back end afterwards. Takes no lock, and no memory.
  virtual void forget() noexcept {}

  /// Whether the peer is known to be gone. Cheap enough to be asked a few times a second by each thread that waits.
  [[nodiscard]] virtual bool lost(rank_t peer) = 0;

  /// How long after its end a peer counts as lost at the latest, if it is asked for all the time.
  [[nodiscard]] virtual std::chrono::milliseconds time_to_notice() const { return std::chrono::milliseconds(0); }
};

}  // namespace liana::transport
