#pragma once

#include <cstdint>

#include <liana/detail/address.hpp>
#include <liana/detail/replica.hpp>

#include "runtime/runtime_state.hpp"
#include "runtime/wait.hpp"

namespace liana::detail {

/// One far read miss under way: fills a claimed replica. Many can be under way at once; none holds anything that
/// another rank waits for.
///
///     read_miss miss(state, block, copy, kept);
///     while (!miss.step()) { wait or do something else }
///
/// | phase       | under way                                    | then                                             |
/// | idle        | nothing                                      | reading, or registering where a copy was kept or
/// after failures | | reading     | WRITE mark; READ entry; READ data            | accepted, registering, or idle | |
/// registering | WRITE mark; READ entry                       | accepted (data kept), data, or idle              | |
/// data        | READ data                                    | accepted, or idle                                |
///
/// The object must not move while something is under way; its destructor waits for it.
class read_miss {
 public:
  /// `kept`: the replica still holds an older fetch of the same block, so an unchanged version spares the data.
  read_miss(runtime_state& state, address block, replica& copy, bool kept);
  read_miss(const read_miss&) = delete;
  read_miss& operator=(const read_miss&) = delete;
  read_miss(read_miss&&) = delete;
  read_miss& operator=(read_miss&&) = delete;
  ~read_miss();

  /// Moves on without waiting. True: the replica's data, version and stamp are set and were current; it is up to the
  /// caller to publish it. Throws peer_error when the home is gone.
  bool step();

  /// Who held the block when the entry was last seen, or `nobody`.
  [[nodiscard]] rank_t holder() const { return holder_; }
  [[nodiscard]] bool rejected() const { return failures_ != 0; }
  [[nodiscard]] address block() const { return block_; }
  [[nodiscard]] replica& copy() const { return copy_; }

 private:
  enum class phase : std::uint8_t { idle, reading, registering, data };

  void post();
  bool judge();
  bool accept();
  bool reject();
  [[nodiscard]] bool unheld();

  runtime_state& state_;
  address block_;
  replica& copy_;
  bool kept_;
  bool dependent_;
  phase phase_ = phase::idle;
  unsigned failures_ = 0;
  rank_t holder_ = nobody;
  std::uint64_t stamp_ = 0;
  operation_buffer* seen_;
  transport::completion done_;
};

}  // namespace liana::detail
