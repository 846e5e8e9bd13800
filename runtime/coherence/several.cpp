#include <algorithm>
#include <cstring>
#include <exception>
#include <numeric>
#include <vector>

#include <liana/error.hpp>

#include "runtime/coherence/coherence.hpp"
#include "runtime/coherence/prefetch.hpp"
#include "runtime/coherence/put_window.hpp"
#include "runtime/coherence/read_window.hpp"
#include "runtime/holds.hpp"
#include "runtime/log.hpp"

namespace liana::detail {
namespace {

/// Positions of blocks in the global order in which holds are taken: ascending addresses.
std::vector<std::size_t> global_order(std::span<const address> blocks) {
  std::vector<std::size_t> order(blocks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto before = [&](std::size_t i, std::size_t j) { return blocks[i].bits() < blocks[j].bits(); };
  if (!std::is_sorted(order.begin(), order.end(), before)) {
    std::sort(order.begin(), order.end(), before);
  }
  return order;
}

/// Notes holds in one record for each run of blocks in a row. `give(i)` is where hold i keeps its record, or null for a
/// hold that needs none.
template <class Give>
void note_runs(std::span<const address> blocks, const std::vector<std::size_t>& order, bool writing, Give give) {
  for (std::size_t i = 0; i < order.size();) {
    if (give(order[i]) == nullptr) {
      ++i;
      continue;
    }
    std::size_t end = i + 1;
    const auto follows = [&](std::size_t next) {
      const address last = blocks[order[next - 1]];
      return give(order[next]) != nullptr &&
             last.advanced(static_cast<std::int64_t>(last.block_bytes())) == blocks[order[next]];
    };
    while (end < order.size() && follows(end)) {
      ++end;
    }
    hold_record* const record =
        note_hold(blocks[order[i]], blocks[order[end - 1]], static_cast<std::uint32_t>(end - i), writing);
    for (; i < end; ++i) {
      *give(order[i]) = record;
    }
  }
}

/// For what cannot fail a second time.
void give_back_noexcept(runtime_state& state, const write_hold& hold) noexcept {
  try {
    give_back(state, hold);
  } catch (const std::exception& problem) {
    log::error("{}", problem.what());
  }
}

void undo_reads(runtime_state& state, std::span<const read_hold> holds) {
  for (const read_hold& each : holds) {
    if (each.copy != nullptr) {
      state.replicas->unpin(*each.copy);
    } else if (each.entry != nullptr) {
      give_in_place(*each.entry);
    }
  }
}

}  // namespace

void read_pieces(std::span<const piece> pieces) {
  if (pieces.empty()) {
    return;
  }
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
    } else if (try_near_read(state.homes[static_cast<std::size_t>(block.home())], each.at, each.memory, each.bytes)) {
      count(counter::home_accesses);
    } else {
      window.drain();  // no wait for a writer with claims in hand
      near_read(state, each.at, each.memory, each.bytes);
    }
  }
  window.drain();
}

void write_pieces(std::span<const const_piece> pieces) {
  if (pieces.empty()) {
    return;
  }
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

std::vector<read_hold> open_reads(std::span<const address> blocks) {
  std::vector<read_hold> holds(blocks.size());
  if (blocks.empty()) {
    return holds;
  }
  runtime_state& state = require_runtime("read");
  const auto order = global_order(blocks);
  try {
    read_window window(state, [&](replica& copy, std::size_t i) {
      holds[i] = {.data = copy.data.load(std::memory_order_relaxed), .copy = &copy};
    });
    for (const std::size_t i : order) {
      const address block = checked_block(state, blocks[i], 1, "read");
      if (block.home() == state.rank()) {
        window.drain();
        take_in_place(state, block);
        holds[i] = {.data = near_data(state, block), .entry = &entry_of(state, block)};
      } else {
        window.add(block, i);
      }
    }
    window.drain();
  } catch (...) {
    undo_reads(state, holds);
    throw;
  }
  note_runs(blocks, order, false,
            [&](std::size_t i) { return holds[i].entry != nullptr ? &holds[i].record : nullptr; });
  return holds;
}

std::vector<write_hold> open_writes(std::span<const address> blocks) {
  std::vector<write_hold> holds(blocks.size());
  if (blocks.empty()) {
    return holds;
  }
  runtime_state& state = require_runtime("write");
  const auto order = global_order(blocks);
  try {
    for (const std::size_t i : order) {
      holds[i] = take_for_write(state, checked_block(state, blocks[i], 1, "write"), false);
    }
  } catch (...) {
    for (const write_hold& each : holds) {
      if (each.data != nullptr) {
        give_back_noexcept(state, each);
      }
    }
    throw;
  }
  note_runs(blocks, order, true, [&](std::size_t i) { return &holds[i].record; });
  return holds;
}

void close_reads(std::span<read_hold> holds) noexcept {
  for (read_hold& each : holds) {
    close_read(each);
  }
}

void close_writes(std::span<write_hold> holds) {
  runtime_state* const state = current->state;
  if (state == nullptr) {
    return;  // the view outlived the runtime
  }
  std::exception_ptr first;
  for (const write_hold& each : holds) {
    try {
      give_back(*state, each);
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

void prefetch_blocks(std::span<const address> blocks) {
  if (blocks.empty()) {
    return;
  }
  runtime_state& state = require_runtime("prefetch");
  for (const address each : blocks) {
    const address block = checked_block(state, each, 1, "prefetch");
    if (!state.near(block.home())) {
      state.prefetches->start(state, block);
    }
  }
}

}  // namespace liana::detail
