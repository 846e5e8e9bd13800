#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include <liana/detail/address.hpp>
#include <liana/detail/replica.hpp>

#include "runtime/state/runtime_state.hpp"
#include "runtime/state/wait.hpp"

namespace liana::detail {

/// R4 where a mark of this host was seen that is not this rank's own. This rank's mark was there before the entry was
/// read; another's may have come while it was read, word by word, when a writer had the block already, which then does
/// not know of this host. It takes three looks at the entry, one after the other, that show one version, nobody who
/// holds the block, and a mark. Then the mark of the second was still there when the third showed the block unheld, and
/// a rank that writes from then on knows of this host: a release that took the mark away between would have raised the
/// version, either after the first look, or before it, and would then have held the block at the second.
class another_mark {
 public:
  static constexpr unsigned needed = 3;

  /// A look at an entry that nobody holds and that has a mark. True: it is enough.
  bool confirm(std::uint64_t version) {
    looks_ = version == version_ ? looks_ + 1 : 1;
    version_ = version;
    return looks_ >= needed;
  }
  void forget() { looks_ = 0; }

 private:
  unsigned looks_ = 0;
  std::uint64_t version_ = 0;
};

/// One far read miss under way: fills a claimed replica. Many can be under way at once; none holds anything that
/// another rank waits for.
///
///     read_miss miss(state, block, copy, kept);
///     while (!miss.step()) { wait or do something else }
///
/// | phase       | under way                         | then                                            |
/// | idle        | nothing                           | reading; registering (copy kept, or 3 failures) |
/// | reading     | WRITE mark; READ entry; READ data | accepted, registering, idle                     |
/// | registering | WRITE mark; READ entry            | accepted (data kept), data, confirming, idle    |
/// | confirming  | READ entry                        | accepted (data kept), data, confirming, idle    |
/// | data        | READ data                         | accepted, idle                                  |
///
/// The object must not move while something is under way; its destructor waits for it.
class read_miss {
 public:
  /// `kept`: the replica still holds an older fetch of the same block, so an unchanged version spares the data.
  read_miss(runtime_state& state, address block, replica& copy, bool kept, when_all_are_lent then);
  read_miss(const read_miss&) = delete;
  read_miss& operator=(const read_miss&) = delete;
  read_miss(read_miss&&) = delete;
  read_miss& operator=(read_miss&&) = delete;
  ~read_miss();

  /// The operations of the first try, for `begin_several`, which hands those of several misses over at once.
  struct first_try {
    transport::operation mark;
    transport::operation entry;
    transport::operation data;
    bool has_data = false;
  };

  /// Begins as a part of a chain that is posted with `together`, which is done when that chain is. Instead of the first
  /// `step`. The operation `mark` refers to `mark_of` of this miss's runtime.
  first_try join(std::shared_ptr<transport::completion> together, const std::uint16_t& mark_of);

  /// Moves on without waiting. True: the replica's data, version and stamp are set and were current; it is up to the
  /// caller to publish it. Throws peer_error when the home is gone.
  bool step();

  /// Who held the block when the entry was last seen, or `nobody`.
  [[nodiscard]] rank_t holder() const { return holder_; }
  [[nodiscard]] bool rejected() const { return failures_ != 0; }
  [[nodiscard]] address block() const { return block_; }
  [[nodiscard]] replica& copy() const { return copy_; }

 private:
  enum class phase : std::uint8_t { idle, reading, registering, confirming, data };

  first_try prepare(const std::uint16_t& mark);
  void post();
  [[nodiscard]] transport::completion& under_way() { return joined_ != nullptr ? *joined_ : done_; }
  bool judge();
  bool judge_entry(bool still_valid, std::uint16_t mark);
  bool accept();
  bool reject();
  [[nodiscard]] bool unheld();
  [[nodiscard]] bool registered(std::uint16_t mark);

  runtime_state& state_;
  address block_;
  replica& copy_;
  bool kept_;
  bool dependent_;
  phase phase_ = phase::idle;
  unsigned failures_ = 0;
  another_mark looks_;
  rank_t holder_ = nobody;
  std::uint64_t stamp_ = 0;
  lent_buffer seen_;
  transport::completion done_;
  std::shared_ptr<transport::completion> joined_;  ///< instead of `done_`, while the first try is part of a chain
};

/// So many misses are begun by one chain at most.
inline constexpr std::size_t joined_misses = 8;

/// Begins several read misses at one home by one chain: all marks, then all entries, then all data. Each is judged as
/// if it had come alone; its registration still comes before its entry and its data behind that. Entries and data of
/// blocks in a row are read in the order in which they lie there, which a transport may take as one read each.
void begin_several(runtime_state& state, std::span<read_miss* const> misses);

}  // namespace liana::detail
