#include <algorithm>
#include <cstring>
#include <exception>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include <liana/detail/print.hpp>
#include <liana/error.hpp>

#include "runtime/coherence/access_one_block.hpp"
#include "runtime/coherence/checked_address.hpp"
#include "runtime/coherence/near_access.hpp"
#include "runtime/coherence/protocol.hpp"
#include "runtime/coherence/put_window.hpp"
#include "runtime/coherence/read_window.hpp"
#include "runtime/report/log.hpp"
#include "runtime/state/holds.hpp"

namespace liana::detail {
namespace {

/// Positions of blocks in the global order in which holds are taken: ascending addresses.
class global_order {
 public:
  explicit global_order(std::span<const address> blocks) : size_(blocks.size()) {
    const auto before = [](address left, address right) { return left.bits() < right.bits(); };
    if (!std::is_sorted(blocks.begin(), blocks.end(), before)) {
      positions_.resize(size_);
      std::iota(positions_.begin(), positions_.end(), std::size_t{0});
      std::sort(positions_.begin(), positions_.end(),
                [&](std::size_t i, std::size_t j) { return before(blocks[i], blocks[j]); });
    }
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t operator[](std::size_t i) const { return positions_.empty() ? i : positions_[i]; }

 private:
  std::size_t size_;
  std::vector<std::size_t> positions_;  ///< empty: as they are
};

/// Notes holds in one record for each run of blocks in a row, of those that `wanted(i)` says need one. Calls
/// `noted(record, i)` for each of them.
template <class Wanted, class Noted>
void note_runs(const runtime_state& state, std::span<const address> blocks, const global_order& order, bool writing,
               Wanted wanted, Noted noted) {
  for (std::size_t i = 0; i < order.size();) {
    if (!wanted(order[i])) {
      ++i;
      continue;
    }
    std::size_t end = i + 1;
    const auto follows = [&](std::size_t next) {
      const address last = blocks[order[next - 1]];
      return wanted(order[next]) && last.advanced(static_cast<std::int64_t>(last.block_bytes())) == blocks[order[next]];
    };
    while (end < order.size() && follows(end)) {
      ++end;
    }
    hold_record* const record =
        note_hold(state, blocks[order[i]], blocks[order[end - 1]], static_cast<std::uint32_t>(end - i), writing);
    for (; i < end; ++i) {
      noted(record, order[i]);
    }
  }
}

/// A view keeps the replicas of all its blocks at once, and blocks of near ranks have replicas too: only a rank's own
/// are read in place.
void require_room_for_view(const runtime_state& state, std::span<const address> blocks) {
  std::size_t bytes = 0;
  for (const address each : blocks) {
    bytes += each.home() == state.rank() ? 0 : each.block_bytes();
  }
  if (bytes > state.settings.cache_bytes) {
    throw resource_error(fmt::format(
        "read of {} blocks from {} on: a view of them keeps {} bytes of replicas at once, of all blocks that are not "
        "this rank's own, but the cache has {} bytes; walk() over the elements or get() them, which take less at a "
        "time, or raise LIANA_CACHE_BYTES (options::cache_bytes)",
        blocks.size(), to_string(blocks.front()), bytes, state.settings.cache_bytes));
  }
}

void undo_reads(runtime_state& state, std::span<const address> blocks, std::span<const read_hold> holds) {
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (holds[i].data == nullptr) {
      continue;
    }
    if (holds[i].is_in_place()) {
      give_in_place(entry_of(state, blocks[i]));
    } else {
      state.replicas->unpin(holds[i].copy());
    }
  }
}

/// Gives up a run of blocks that is held in place by one record.
void close_run_in_place(hold_record& record) noexcept {
  const address last(record.last.load(std::memory_order_relaxed));
  address block(record.first.load(std::memory_order_relaxed));
  const runtime_state* const state = current->state;
  const bool held = state != nullptr && is_of(record, *state);
  record.guards.store(1, std::memory_order_relaxed);
  forget_hold(record);
  for (; held; block = block.advanced(static_cast<std::int64_t>(block.block_bytes()))) {
    give_in_place(entry_of(*state, block));
    if (block == last) {
      return;
    }
  }
}

}  // namespace

void read_pieces(std::span<const piece> pieces) {
  runtime_state& state = require_runtime("get");
  read_window window(state, [&](replica& copy, std::size_t i) {
    std::memcpy(pieces[i].memory, copy.data.load(std::memory_order_relaxed) + pieces[i].at.offset_in_block(),
                pieces[i].bytes);
    state.replicas->unpin(copy);
  });
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const piece& each = pieces[i];
    const address block = checked_block(state, each.at, each.bytes, "get");
    if (!state.near(block.home())) {
      window.add(block, i);
    } else if (try_near_read(state.memory.homes[static_cast<std::size_t>(block.home())], each.at, each.memory,
                             each.bytes)) {
      count(counter.home_accesses);
    } else {
      window.drain();  // no wait for a writer with claims in hand
      near_read(state, each.at, each.memory, each.bytes);
    }
  }
  window.drain();
}

void write_pieces(std::span<const const_piece> pieces) {
  runtime_state& state = require_runtime("put");
  put_window window(state);
  for (const const_piece& each : pieces) {
    const address block = checked_block(state, each.at, each.bytes, "put");
    if (state.near(block.home())) {
      window.drain();  // program order, and no wait for a near holder with far locks in hand
      near_write(state, each.at, each.memory, each.bytes);
    } else {
      window.add(each);
    }
  }
  window.drain();
}

read_hold_set open_reads(std::span<const address> blocks) {
  read_hold_set set{.holds = std::vector<read_hold>(blocks.size()), .records = {}};
  runtime_state& state = require_runtime("read");
  require_room_for_view(state, blocks);
  const global_order order(blocks);
  auto& holds = set.holds;
  try {
    read_window window(state, [&](replica& copy, std::size_t i) {
      holds[i] = read_hold::pinned(copy.data.load(std::memory_order_relaxed), copy);
    });
    for (std::size_t k = 0; k < order.size(); ++k) {
      const std::size_t i = order[k];
      const address block = checked_block(state, blocks[i], 1, "read");
      if (block.home() == state.rank()) {
        window.drain();
        take_in_place(state, block);
        holds[i] = read_hold::in_place(near_data(state, block), nullptr);
      } else {
        window.add(block, i);
      }
    }
    window.drain();
    set.records.reserve(static_cast<std::size_t>(
        std::ranges::count_if(holds, [](const read_hold& each) { return each.is_in_place(); })));
    note_runs(
        state, blocks, order, false, [&](std::size_t i) { return holds[i].is_in_place(); },
        [&](hold_record* record, std::size_t /*i*/) {
          if (set.records.empty() || set.records.back() != record) {
            set.records.push_back(record);
          }
        });
  } catch (...) {
    for (hold_record* const each : set.records) {
      each->guards.store(1, std::memory_order_relaxed);
      forget_hold(*each);
    }
    undo_reads(state, blocks, holds);
    throw;
  }
  return set;
}

std::vector<write_hold> open_writes(std::span<const address> blocks) {
  std::vector<write_hold> holds(blocks.size());
  runtime_state& state = require_runtime("write");
  const global_order order(blocks);
  try {
    for (std::size_t k = 0; k < order.size(); ++k) {
      const std::size_t i = order[k];
      holds[i] = take_for_write(state, checked_block(state, blocks[i], 1, "write"), false);
    }
    note_runs(
        state, blocks, order, true, [](std::size_t /*i*/) { return true; },
        [&](hold_record* record, std::size_t i) { holds[i].record = record; });
  } catch (...) {
    for (const write_hold& each : holds) {
      if (each.record != nullptr) {
        forget_hold(*each.record);
      }
      if (each.data != nullptr) {
        give_back_noexcept(state, each);
      }
    }
    throw;
  }
  return holds;
}

void close_reads(const read_hold_set& set) noexcept {
  for (const read_hold& each : set.holds) {
    if (!each.is_in_place()) {
      close_read(each);
    }
  }
  for (hold_record* const each : set.records) {
    close_run_in_place(*each);
  }
}

void close_writes(std::span<write_hold> holds) {
  runtime_state* const state = current->state;
  std::exception_ptr first;
  for (const write_hold& each : holds) {
    try {
      if (state != nullptr && is_of(*each.record, *state)) {  // else the view has outlived its runtime
        give_back(*state, each);
      }
    } catch (...) {
      if (first == nullptr) {
        first = std::current_exception();
      }
    }
    forget_hold(*each.record);
  }
  if (first != nullptr) {
    std::rethrow_exception(first);
  }
}

void close_writes_noexcept(std::span<write_hold> holds) noexcept {
  try {
    close_writes(holds);
  } catch (const std::exception& problem) {
    log::error("{}", problem.what());
  }
}

std::size_t prefetch_blocks(std::span<const address> blocks) {
  runtime_state& state = require_runtime("prefetch");
  for (const address each : blocks) {
    checked_block(state, each, 1, "prefetch");
  }
  const auto far = [&state](address each) { return !state.near(each.home()); };
  std::size_t seen = 0;
  while (seen < blocks.size()) {
    const auto rest = blocks.subspan(seen);
    const auto first = std::ranges::find_if(rest, far);
    const auto last = std::find_if_not(first, rest.end(), far);
    seen += static_cast<std::size_t>(first - rest.begin());
    const auto run = static_cast<std::size_t>(last - first);
    if (run != 0) {
      const std::size_t started = protocol_of(state).prefetches->start(state, blocks.subspan(seen, run));
      seen += started;
      if (started != run) {
        break;
      }
    }
  }
  return seen;
}

}  // namespace liana::detail
