#include "runtime/objects/objects.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <liana/allocation.hpp>
#include <liana/detail/print.hpp>
#include <liana/error.hpp>

#include "runtime/coherence/coherence.hpp"
#include "runtime/coherence/put_list.hpp"
#include "runtime/objects/pool_memory.hpp"
#include "runtime/report/log.hpp"
#include "runtime/state/completion.hpp"
#include "runtime/state/runtime_state.hpp"

namespace liana::detail {
namespace {

address address_of(const runtime_state& state, const allocator::allocation& blocks) {
  return address::make(state.rank(), blocks.block_log2, blocks.extent_log2, blocks.offset);
}

/// Compare-and-swap of the stack of freed blocks of a rank; returns the value before. Takes the transport's atomics
/// only, as the lock of an entry does, since far ranks take part. `link`: written first, to where the chain starts.
std::uint64_t swap_head(runtime_state& state, rank_t home, std::uint64_t expected, std::uint64_t desired,
                        address link) {
  const lent_buffer buffer(state);
  const std::array chain{
      transport::operation::write(state.data_at(link), &expected, sizeof expected),
      transport::operation::compare_swap(offsetof(control_page, remote_frees), expected, desired, &buffer.get().before),
  };
  post_and_wait(state, home, link.is_null() ? std::span(chain).last(1) : std::span(chain), "destroy", link);
  return buffer.get().before;
}

/// Another rank's object: its block goes on the home's stack, linked through its first 8 bytes (R. K. Treiber, "Systems
/// programming: coping with parallelism", 1986). The home takes all at once, so no place is reused while a push is
/// under way. A rank that frees many objects of one home finds there what it pushed last, so the first try expects
/// that.
void queue_to_home(runtime_state& state, address at) {
  const address last(objects_of(state).last_queued.load(std::memory_order_relaxed));
  std::uint64_t head = !last.is_null() && last.home() == at.home() ? last.bits() : 0;
  for (;;) {
    const std::uint64_t before = swap_head(state, at.home(), head, at.bits(), at);
    if (before == head) {
      break;
    }
    head = before;
  }
  objects_of(state).last_queued.store(at.bits(), std::memory_order_relaxed);
}

/// The allocation that begins at an address of this rank, unless it was destroyed.
std::optional<allocator::allocation> find_live(runtime_state& state, address at) {
  own_objects& objects = objects_of(state);
  if (objects.kept_count.load(std::memory_order_acquire) == 0) {
    return objects.places.find(at.offset(), at.block_log2());
  }
  const annotated_lock lock(objects.kept_mutex);
  const auto is_here = [at](const allocator::allocation& each) { return each.offset == at.offset(); };
  const bool destroyed = std::ranges::any_of(objects.kept, is_here) || std::ranges::any_of(objects.destroyed, is_here);
  return destroyed ? std::nullopt : objects.places.find(at.offset(), at.block_log2());
}

/// Where a block is held for a moment.
void retire_taken(runtime_state& state, address block) {
  directory_entry& entry = entry_of(state, block);
  give_near(entry);
  objects_of(state).pool.raise_version_floor(entry.version.load(std::memory_order_relaxed));
}

/// All blocks are retired.
void free_blocks(runtime_state& state, const allocator::allocation& blocks) {
  own_objects& objects = objects_of(state);
  objects.exposed.remove(address_of(state, blocks), blocks.blocks);
  if (state.control().exposed_by_others.load(std::memory_order_seq_cst) != 0) {
    const annotated_lock lock(objects.kept_mutex);
    objects.kept.push_back(blocks);
    objects.kept_count.store(objects.kept.size() + objects.destroyed.size(), std::memory_order_release);
    return;
  }
  objects.places.free(blocks);
}

/// What retire_blocks does, unless somebody holds a block: then false.
bool try_retire_blocks(runtime_state& state, const allocator::allocation& blocks) {
  const address first = address_of(state, blocks);
  for (std::size_t i = 0; i < blocks.blocks; ++i) {
    const address block = nth_block(first, i);
    if (!try_take_near(state, block)) {
      return false;
    }
    retire_taken(state, block);
  }
  free_blocks(state, blocks);
  return true;
}

/// What other ranks have destroyed of this rank's objects.
void take_back_destroyed(runtime_state& state) {
  std::uint64_t head =
      state.control().remote_frees.load(std::memory_order_acquire);  // a look; the exchange is the transport's
  while (head != 0) {
    const std::uint64_t before = swap_head(state, state.rank(), head, 0, address());
    if (before == head) {
      break;
    }
    head = before;
  }
  while (head != 0) {
    const address at(head);
    const auto blocks = find_live(state, at);
    if (!blocks.has_value()) {
      log::error(
          "destroy of {}: not the start of a live object; was it destroyed twice? Objects that other ranks destroyed "
          "before it are not freed",
          to_string(at));
      return;
    }
    // The transport wrote it there, after the last user of the object, and ordered by the swap: an order that
    // ThreadSanitizer, which sees one process, does not know of.
    racing_copy(&head, near_data(state, at), sizeof head);
    retire_blocks_later(state, *blocks);
  }
}

/// Retires and frees what was destroyed, as far as that is possible now. What is left stays for the next time, also
/// where this throws.
void free_destroyed(runtime_state& state) {
  own_objects& objects = objects_of(state);
  if (objects.kept_count.load(std::memory_order_acquire) == 0) {
    return;
  }
  std::vector<allocator::allocation> kept;
  std::vector<allocator::allocation> destroyed;
  {
    const annotated_lock lock(objects.kept_mutex);
    if (state.control().exposed_by_others.load(std::memory_order_seq_cst) == 0) {
      kept.swap(objects.kept);
    }
    destroyed.swap(objects.destroyed);
    objects.kept_count.store(objects.kept.size(), std::memory_order_release);
  }
  for (const allocator::allocation& each : kept) {
    objects.places.free(each);
  }
  const auto keep = [&] {
    const annotated_lock lock(objects.kept_mutex);
    objects.destroyed.insert(objects.destroyed.end(), destroyed.begin(), destroyed.end());
    objects.kept_count.store(objects.kept.size() + objects.destroyed.size(), std::memory_order_release);
  };
  std::size_t held = 0;  // the first ones
  for (std::size_t i = 0; i < destroyed.size(); ++i) {
    try {
      if (!try_retire_blocks(state, destroyed[i])) {
        std::swap(destroyed[held++], destroyed[i]);
      }
    } catch (...) {
      destroyed.erase(destroyed.begin() + static_cast<std::ptrdiff_t>(held),
                      destroyed.begin() + static_cast<std::ptrdiff_t>(i));
      keep();
      throw;
    }
  }
  destroyed.resize(held);
  if (held != 0) {
    keep();
  }
}

}  // namespace

void begin_objects(runtime_state& state) {
  state.objects = std::make_unique<own_objects>(state.memory.segment, state.layout_of(state.rank()));
  state.collective.before_meeting.emplace_back([](runtime_state& of) { objects_of(of).exposed.publish(of); });
}

address allocate_blocks(runtime_state& state, unsigned block_log2, std::size_t blocks, const char* what) {
  take_back_destroyed(state);
  free_destroyed(state);
  try {
    const allocator::allocation made = objects_of(state).places.allocate(block_log2, blocks);
    const address at = address_of(state, made);
    if (!made.zeroed) {
      std::memset(near_data(state, at), 0, made.bytes());
    }
    return at;
  } catch (const allocator::exhausted& full) {
    throw resource_error(std::string(what) + " on rank " + std::to_string(state.rank()) + ": " + full.what() +
                         " of a segment of " + std::to_string(state.settings.segment_bytes) +
                         " bytes; raise LIANA_SEGMENT_BYTES (options::segment_bytes)");
  }
}

void retire_blocks(runtime_state& state, const allocator::allocation& blocks) {
  const address first = address_of(state, blocks);
  for (std::size_t i = 0; i < blocks.blocks; ++i) {
    const address block = nth_block(first, i);
    take_near(state, block, "destroy");
    retire_taken(state, block);
  }
  free_blocks(state, blocks);
}

void retire_blocks_later(runtime_state& state, const allocator::allocation& blocks) {
  own_objects& objects = objects_of(state);
  const annotated_lock lock(objects.kept_mutex);
  objects.destroyed.push_back(blocks);
  objects.kept_count.store(objects.kept.size() + objects.destroyed.size(), std::memory_order_release);
}

made_object make_object(std::size_t bytes) {
  runtime_state& state = require_runtime("make_global");
  if (bytes > std::size_t{1} << maximum_block_log2) {
    throw usage_error("make_global: an object of " + std::to_string(bytes) + " bytes; one block holds at most " +
                      std::to_string(std::size_t{1} << maximum_block_log2) + ", use make_global_array or make_array");
  }
  const address at =
      allocate_blocks(state, block_log2_for(bytes), 1, ("make_global of " + std::to_string(bytes) + " bytes").c_str());
  return {.at = at, .memory = near_data(state, at)};
}

void publish_object(address at) { give_near(entry_of(*current->state, at)); }

address make_local_array(std::size_t count, std::size_t element_bytes) {
  runtime_state& state = require_runtime("make_global_array");
  if (count == 0) {
    return {};
  }
  const std::string what =
      "make_global_array of " + std::to_string(count) + " elements of " + std::to_string(element_bytes) + " bytes";
  const unsigned block_log2 = std::max(default_block_log2, block_log2_for(element_bytes));
  if (block_log2 > maximum_block_log2) {
    throw usage_error(what + ": one block holds at most " + std::to_string(std::size_t{1} << maximum_block_log2) +
                      " bytes");
  }
  const std::size_t per_block = (std::size_t{1} << block_log2) / element_bytes;
  const std::size_t blocks = count / per_block + (count % per_block != 0 ? 1 : 0);
  return allocate_blocks(state, block_log2, blocks, what.c_str());
}

void destroy_object(address at) {
  if (at.is_null()) {
    return;
  }
  runtime_state& state = require_runtime("destroy");
  const address block = checked_block(state, at, 1, "destroy");
  if (block != at) {
    throw usage_error("destroy of " + to_string(at) + ": not the start of an object");
  }
  if (objects_of(state).parts.has(at)) {
    throw usage_error("destroy of " + to_string(at) +
                      ": an element of an array, which is freed as a whole: destroy the array");
  }
  if (at.home() != state.rank()) {
    finish_puts_to(state, block);  // the link goes where their bytes would
    queue_to_home(state, at);
    return;
  }
  take_back_destroyed(state);
  const auto blocks = find_live(state, at);
  if (!blocks.has_value()) {
    throw usage_error("destroy of " + to_string(at) + ": not the start of a live object; destroyed already?");
  }
  retire_blocks(state, *blocks);
}

}  // namespace liana::detail
