// A hash table that all ranks share, to be copied and changed.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include <liana/liana.hpp>

#include "../common/ranks.hpp"

namespace kmers {

/// How often keys were added, in a hash table of a fixed size that lies in the memory of all ranks. Any rank adds and
/// looks up, at any time, without a lock and without the help of the others.
///
/// The table is open: a key belongs into the slot that its hash names, or the next one that is free behind it (linear
/// probing; Knuth, TAOCP 3, 6.4). A slot is two atomics side by side, the key and its count:
///
///     0 | 0        free
///     key + 1 | n  the key was added n times
///
/// A free slot is taken by the one compare_exchange that makes a key of its 0; a rank that comes second learns from it
/// which key is there now. Keys stay for ever, so what a rank has seen of them cannot become wrong, and a key is never
/// in two slots: all ranks that look for it pass the same slots in the same order.
///
/// Keys come in spans, because many loads and additions under way together take little longer than one: each round
/// looks at one slot for every key that has not found its own yet.
///
/// `Key` is an unsigned integer, of which the greatest is no key; `Hash` makes 64 good bits of it. Any thread.
template <std::unsigned_integral Key, class Hash>
class count_table {
 public:
  /// Collective. Room for `slots` keys, rounded up to a power of two; a table three quarters full is still fast.
  explicit count_table(std::size_t slots)
      : slots_(std::bit_ceil(slots)),
        words_(liana::make_atomic_array<std::uint64_t>(
            2 * slots_, {.block_bytes = apps::block_bytes(slots_, 2 * sizeof(std::uint64_t), liana::size())})) {}

  [[nodiscard]] std::size_t slots() const { return slots_; }

  /// Adds 1 to the count of each key; a key may be there several times. Throws std::length_error when the table is
  /// full; some of the keys are then counted.
  void add(std::span<const Key> keys) {
    std::array<std::size_t, window> index{};
    std::array<std::uint64_t, window> found{};
    std::array<std::uint64_t, window> ones{};
    ones.fill(1);
    search all(keys, slots_);
    for (auto open = all.next_round(); !open.empty(); open = all.next_round()) {
      for (std::size_t i = 0; i < open.size(); ++i) index[i] = key_at(open[i].slot);
      words_.load(std::span(index).first(open.size()), std::span(found).first(open.size()));

      std::size_t here = 0;  // keys that have found their slots, whose counts are to be index[0], index[1], ...
      for (std::size_t i = 0; i < open.size(); ++i) {
        const probe at = open[i];
        const std::uint64_t wanted = all.word(at);
        std::uint64_t there = found[i];
        if (there == 0 && words_[key_at(at.slot)].compare_exchange(there, wanted)) there = wanted;
        if (there == wanted) {
          index[here++] = count_at(at.slot);
        } else if (!all.go_on(at)) {
          throw std::length_error("count_table::add: all slots are taken");
        }
      }
      words_.fetch_add(std::span(index).first(here), std::span(ones).first(here));
    }
  }

  /// counts[i] = how often keys[i] was added, 0 for one that never was.
  void find(std::span<const Key> keys, std::span<std::uint64_t> counts) const {
    std::array<std::size_t, 2 * window> index{};
    std::array<std::uint64_t, 2 * window> found{};
    search all(keys, slots_);
    for (auto open = all.next_round(); !open.empty(); open = all.next_round()) {
      for (std::size_t i = 0; i < open.size(); ++i) {
        index[2 * i] = key_at(open[i].slot);
        index[2 * i + 1] = count_at(open[i].slot);
      }
      words_.load(std::span(index).first(2 * open.size()), std::span(found).first(2 * open.size()));

      for (std::size_t i = 0; i < open.size(); ++i) {
        const probe at = open[i];
        const std::uint64_t there = found[2 * i];
        if (there == all.word(at)) {
          counts[at.number] = found[2 * i + 1];
        } else if (there == 0 || !all.go_on(at)) {
          counts[at.number] = 0;
        }
      }
    }
  }

  /// Calls f(key, count) for the keys whose slots lie at this rank: together the ranks see all of them.
  template <class F>
  void for_each_own(F f) const {
    constexpr std::size_t most = 4096;
    std::vector<std::uint64_t> some(most);
    const auto [first, end] = words_.local_range();
    for (std::size_t at = first; at < end; at += some.size()) {
      some.resize(std::min(most, end - at));
      words_.load(at, some);
      for (std::size_t i = 0; i < some.size(); i += 2) {
        if (some[i] != 0) f(static_cast<Key>(some[i] - 1), some[i + 1]);
      }
    }
  }

  /// Collective. Frees the table.
  void destroy() { liana::destroy(words_); }

 private:
  /// Keys that are looked for together: some batches of what a transport has under way.
  static constexpr std::size_t window = 256;

  /// A key that has not found its slot yet.
  struct probe {
    std::size_t slot;    ///< the next one to look at
    std::size_t number;  ///< of the key in its span
  };

  /// The search for the slots of keys, in rounds. A key that finds another one in its slot is back in the next round,
  /// for the slot behind; new keys take the places of those that are done.
  class search {
   public:
    search(std::span<const Key> keys, std::size_t slots) : keys_(keys), mask_(slots - 1) {}

    /// The keys of this round; none when all are done.
    std::span<const probe> next_round() {
      while (count_ < window && begun_ < keys_.size()) {
        open_[count_++] = {.slot = first_slot(begun_), .number = begun_};
        ++begun_;
      }
      return std::span(open_).first(std::exchange(count_, 0));
    }

    /// Has a key looked for in the next slot; whether there is one that it has not been in. In the order of the round.
    bool go_on(const probe& from) {
      const std::size_t next = (from.slot + 1) & mask_;
      if (next == first_slot(from.number)) return false;
      open_[count_++] = {.slot = next, .number = from.number};
      return true;
    }

    /// What stands for the key in a slot.
    [[nodiscard]] std::uint64_t word(const probe& of) const { return std::uint64_t{keys_[of.number]} + 1; }

   private:
    [[nodiscard]] std::size_t first_slot(std::size_t number) const { return Hash()(keys_[number]) & mask_; }

    std::span<const Key> keys_;
    std::size_t mask_;
    std::array<probe, window> open_;
    std::size_t count_ = 0;  // of `open_`, for the next round
    std::size_t begun_ = 0;  // keys that are, or were, in it
  };

  static constexpr std::size_t key_at(std::size_t slot) { return 2 * slot; }
  static constexpr std::size_t count_at(std::size_t slot) { return 2 * slot + 1; }

  std::size_t slots_;
  liana::atomic_array<std::uint64_t> words_;
};

}  // namespace kmers
