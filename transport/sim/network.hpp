#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "transport/transport.hpp"

/// A network of ranks in one process that takes every freedom the transport contract leaves, step by step, as a
/// scheduler chooses.
namespace liana::transport::sim {

/// Where all choices come from: a seeded generator, so that one seed is one schedule.
class chooser {
 public:
  chooser() = default;
  chooser(const chooser&) = delete;
  chooser& operator=(const chooser&) = delete;
  chooser(chooser&&) = delete;
  chooser& operator=(chooser&&) = delete;
  virtual ~chooser() = default;

  /// From 0 to `n` - 1; `n` is not 0.
  virtual std::uint64_t below(std::uint64_t n) = 0;
  bool once_in(std::uint64_t n) { return below(n) == 0; }
};

/// What a network may do, as long as the contract allows it.
struct network_options {
  bool reorder = true;         ///< writes and atomics overtake earlier reads and atomics that they are not fenced from
  bool split = true;           ///< operations take effect 8 bytes at a time, and not at once
  bool delay_sight = true;     ///< what was written is seen by the target's CPU later than by its NIC
  bool late_to_report = true;  ///< an operation is reported done some time after it was
  /// Beyond the contract: in a chain that begins with a write, reads take effect in any order. A read miss is said to
  /// stand that, a far write is not.
  bool unordered_reads = false;
};

/// The connections of all ranks, and what is under way on them.
///
/// Operations of one thread of a rank to one peer are a *line*, in order but for what `operation::fenced` allows; lines
/// know nothing of each other. An operation is carried out in pieces of 8 bytes at most, in any order, those of an
/// aligned 64-byte line ascending. An atomic reads, and later writes, also where its comparison failed; another atomic
/// of the word waits meanwhile, a plain write does not. What is written at a target passes through its *inbox*: the NIC
/// there sees it, its CPU does once it has been taken out, which a later read or atomic at this target forces.
///
/// One call of `step` carries out one piece, one exit from an inbox, or one report. Nothing happens by itself.
///
/// Thread rule: one thread at a time; the caller sees to that.
class network {
 public:
  /// Numbers what can take a step: lines, then inboxes.
  using agent = std::size_t;

  /// Told of each operation when it is posted, before anything else happens.
  using observer = std::function<void(rank_t from, rank_t to, const operation& each)>;
  /// Takes a line of the trace.
  using tracer = std::function<void(const std::string& line)>;

  network(rank_t ranks, network_options with, chooser& choices);
  network(const network&) = delete;
  network& operator=(const network&) = delete;
  network(network&&) = delete;
  network& operator=(network&&) = delete;
  ~network();

  void set_observer(observer to) { observer_ = std::move(to); }
  /// `place` names a place in a segment for the trace.
  void set_tracer(tracer to, std::function<std::string(rank_t, std::uint64_t)> place);

  /// A rank's segment, before anything is posted to it.
  void add_segment(rank_t rank, std::byte* data, std::size_t bytes);

  void post(rank_t from, unsigned thread, rank_t to, std::span<const operation> chain, completion& done);

  /// What can take a step now. Valid until the next call of anything else.
  [[nodiscard]] std::span<const agent> ready();
  /// False when it had to wait for another atomic of the same word.
  bool step(agent which);

  /// The connection of two ranks breaks, both ways: what is under way fails, after as many of its pieces as have been
  /// carried out, and so does what is posted later.
  void break_connection(rank_t one, rank_t other);
  /// A rank is gone: nobody reaches it any more, and its own operations end with it.
  void lose(rank_t rank);
  /// Whether `from` knows by its connection that `to` is gone.
  [[nodiscard]] bool lost(rank_t from, rank_t to) const { return broken(from, to); }

  /// What is under way from a rank is dropped without a report: its transport has ended.
  void forget(rank_t from);
  /// Nothing moves on the connection until it is let go.
  void hold(rank_t from, rank_t to, bool held);

  [[nodiscard]] bool idle() const;
  /// The completions that operations under way from a rank will be reported to.
  [[nodiscard]] std::vector<const completion*> awaited(rank_t from) const;

 private:
  struct chain_under_way;
  struct pending;
  struct line;
  struct inbox;
  struct segment {
    std::byte* data = nullptr;
    std::size_t bytes = 0;
  };

  line& line_for(rank_t from, unsigned thread, rank_t to);
  [[nodiscard]] std::size_t choose_operation(const line& of);
  enum class progress : std::uint8_t { none, some, done };
  progress carry_out(line& of, pending& each);
  void transfer_piece(line& of, pending& each);
  progress take_atomic_step(line& of, pending& each);
  void write(rank_t to, std::uint64_t offset, const std::byte* bytes, std::size_t count);
  void empty_inbox(rank_t of);
  void take_one_out(inbox& of);
  static void finish(line& of, std::size_t index);
  void fail(line& of);
  void drop(line& of);
  /// Where a connection stands in `broken_` and `held_`.
  [[nodiscard]] std::size_t number_of(rank_t from, rank_t to) const {
    return static_cast<std::size_t>(from) * static_cast<std::size_t>(ranks_) + static_cast<std::size_t>(to);
  }
  [[nodiscard]] bool broken(rank_t from, rank_t to) const { return broken_[number_of(from, to)]; }
  [[nodiscard]] std::byte* at(rank_t rank, std::uint64_t offset, std::size_t bytes) const;
  void trace(const line& of, const pending& each, const std::string& what);

  rank_t ranks_;
  network_options options_;
  chooser& choices_;
  observer observer_;
  tracer tracer_;
  std::function<std::string(rank_t, std::uint64_t)> place_;
  std::vector<segment> segments_;
  std::vector<std::unique_ptr<line>> lines_;
  std::vector<std::unique_ptr<inbox>> inboxes_;
  std::vector<bool> broken_;
  std::vector<bool> held_;
  std::vector<agent> ready_;
};

}  // namespace liana::transport::sim
