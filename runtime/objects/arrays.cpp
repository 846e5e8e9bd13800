#include <bit>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include <liana/detail/array_access.hpp>
#include <liana/detail/array_storage.hpp>
#include <liana/error.hpp>

#include "runtime/coherence/coherence.hpp"
#include "runtime/group/agreement.hpp"
#include "runtime/group/meeting.hpp"
#include "runtime/group/process_group.hpp"
#include "runtime/objects/objects.hpp"

namespace liana::detail {
namespace {

std::string describe(std::size_t size, array_options options, const char* element_type) {
  return fmt::format("make_array<{}>({}, block_bytes {}, {})", element_type, size, options.block_bytes,
                     options.layout == layout::blocked ? "blocked" : "cyclic");
}

/// The shape of an array that all ranks have asked for alike.
array_storage shape_of(const runtime_state& state, std::size_t size, std::size_t element_bytes, array_options options,
                       const std::string& call) {
  constexpr std::size_t smallest = std::size_t{1} << minimum_block_log2;
  constexpr std::size_t largest = std::size_t{1} << maximum_block_log2;
  if (!std::has_single_bit(options.block_bytes) || options.block_bytes < smallest || options.block_bytes > largest) {
    throw usage_error(fmt::format("{}: block_bytes must be a power of two from {} to {}", call, smallest, largest));
  }
  if (element_bytes > largest) {
    throw usage_error(
        fmt::format("{}: an element of {} bytes; one block holds at most {}", call, element_bytes, largest));
  }
  array_storage shape;
  shape.size = size;
  shape.element_bytes = element_bytes;
  shape.block_log2 = std::max(block_log2_for(options.block_bytes), block_log2_for(element_bytes));
  shape.layout = options.layout;
  const std::size_t per_block = (std::size_t{1} << shape.block_log2) / element_bytes;
  if (size > address::maximum_offset / element_bytes * static_cast<std::size_t>(state.size())) {
    throw resource_error(fmt::format("{}: more than all segments of {} ranks could ever hold", call, state.size()));
  }
  shape.blocks = size / per_block + (size % per_block != 0 ? 1 : 0);
  shape.rank = state.rank();
  shape.ranks = state.size();
  const auto ranks = static_cast<std::size_t>(state.size());
  shape.per_block = divider(per_block);
  shape.per_rank = divider(std::max<std::size_t>(1, (shape.blocks + ranks - 1) / ranks));
  shape.by_ranks = divider(ranks);
  return shape;
}

}  // namespace

own_objects::~own_objects() {
  for (const auto& each : arrays) {
    each->alive = false;
  }
}

void array_parts::add(const array_storage& storage) {
  const annotated_lock lock(mutex_);
  for (const address each : storage.first) {
    if (!each.is_null() && starts_.insert(each.bits()).second) {
      of_size_[each.block_log2()].fetch_add(1, std::memory_order_release);
    }
  }
}

void array_parts::remove(const array_storage& storage) {
  const annotated_lock lock(mutex_);
  for (const address each : storage.first) {
    if (starts_.erase(each.bits()) != 0) {
      of_size_[each.block_log2()].fetch_sub(1, std::memory_order_release);
    }
  }
}

bool array_parts::has(address at) const {
  if (of_size_[at.block_log2()].load(std::memory_order_acquire) == 0) {
    return false;
  }
  const annotated_lock lock(mutex_);
  return starts_.contains(at.bits());
}

std::shared_ptr<array_storage> make_array_storage(std::size_t size, std::size_t element_bytes, array_options options,
                                                  const char* element_type) {
  runtime_state& state = require_runtime("make_array");
  const std::string call = describe(size, options, element_type);
  meet(state, call);
  auto made = std::make_shared<array_storage>(shape_of(state, size, element_bytes, options, call));
  made->number = ++objects_of(state).arrays_made;

  address mine;
  const std::size_t blocks = blocks_of(*made, state.rank());
  try {
    together(group_of(state), [&] {
      if (blocks != 0) {
        mine = allocate_blocks(state, made->block_log2, blocks,
                               fmt::format("{}, {} bytes of it", call, blocks << made->block_log2).c_str());
      }
    });
  } catch (const error&) {
    if (!mine.is_null()) {  // another rank has no room
      retire_blocks_later(state, *objects_of(state).places.find(mine.offset(), mine.block_log2()));
    }
    throw;
  }
  made->first = group_of(state).all_gather(mine);
  objects_of(state).arrays.push_back(made);
  objects_of(state).parts.add(*made);
  return made;
}

void destroy_array_storage(array_storage& storage) {
  runtime_state& state = require_runtime("destroy");
  complete_outstanding(state);
  meet(state, fmt::format("destroy(array number {})", storage.number));
  storage.alive = false;
  objects_of(state).parts.remove(storage);
  std::erase_if(objects_of(state).arrays, [&storage](const auto& each) { return each.get() == &storage; });
  const address mine = storage.first[static_cast<std::size_t>(state.rank())];
  if (mine.is_null()) {
    return;
  }
  const auto blocks = *objects_of(state).places.find(mine.offset(), mine.block_log2());
  try {
    retire_blocks(state, blocks);
  } catch (const error&) {
    retire_blocks_later(state, blocks);  // the array is gone on all ranks
    throw;
  }
}

}  // namespace liana::detail
