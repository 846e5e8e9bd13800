#include <cstring>
#include <string>

#include <fmt/format.h>

#include <liana/collectives.hpp>
#include <liana/error.hpp>
#include <liana/runtime.hpp>

#include "runtime/coherence/coherence.hpp"
#include "runtime/group/meeting.hpp"
#include "runtime/group/process_group.hpp"
#include "runtime/state/runtime_state.hpp"

namespace liana::detail {
namespace {

/// Whether values of that size go by the control pages: where all ranks map them.
bool goes_by_control_pages(const runtime_state& state, std::size_t bytes) {
  return state.hosts->hosts() == 1 && bytes <= sizeof(control_page::value_slot);
}

/// The slot of a rank for this exchange.
std::byte* slot_of(const runtime_state& state, rank_t rank, std::uint64_t exchange) {
  return reinterpret_cast<control_page*>(state.mapped(rank).data())->values[exchange % 2].bytes.data();
}

}  // namespace

void broadcast_bytes(void* value, std::size_t bytes, rank_t root, const char* type) {
  runtime_state& state = require_runtime("broadcast");
  const std::string call = fmt::format("broadcast<{}>(a value of {} bytes, root {})", type, bytes, root);
  const bool near = goes_by_control_pages(state, bytes);
  const std::uint64_t exchange = state.collective.exchanges;
  if (near && root == state.rank()) {
    std::memcpy(slot_of(state, root, exchange), value, bytes);
  }
  meet(state, call);
  if (root < 0 || root >= state.size()) {
    throw usage_error(fmt::format("{}: there is no such rank, this job has ranks 0 to {}", call, state.size() - 1));
  }
  if (near) {
    ++state.collective.exchanges;
    std::memcpy(value, slot_of(state, root, exchange), bytes);
  } else {
    group_of(state).broadcast(value, bytes, root);
  }
}

void gather_for_reduction(const void* mine, std::size_t bytes, void* all, const char* type) {
  runtime_state& state = require_runtime("all_reduce");
  const std::string call = fmt::format("all_reduce<{}>(a value of {} bytes)", type, bytes);
  if (!goes_by_control_pages(state, bytes)) {
    meet(state, call);
    group_of(state).all_gather(mine, bytes, all);
    return;
  }
  const std::uint64_t exchange = state.collective.exchanges;
  std::memcpy(slot_of(state, state.rank(), exchange), mine, bytes);
  meet(state, call);
  ++state.collective.exchanges;
  for (rank_t rank = 0; rank < state.size(); ++rank) {
    std::memcpy(static_cast<std::byte*>(all) + static_cast<std::size_t>(rank) * bytes, slot_of(state, rank, exchange),
                bytes);
  }
}

}  // namespace liana::detail

namespace liana {

void barrier() {
  detail::runtime_state& state = detail::require_runtime("barrier");
  detail::complete_outstanding(state);
  detail::meet(state, "barrier()");
}

}  // namespace liana
