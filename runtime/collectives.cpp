#include <string>

#include <fmt/format.h>

#include <liana/collectives.hpp>
#include <liana/error.hpp>

#include "runtime/bootstrap.hpp"
#include "runtime/meeting.hpp"
#include "runtime/runtime_state.hpp"

namespace liana::detail {

void broadcast_bytes(void* value, std::size_t bytes, rank_t root, const char* type) {
  runtime_state& state = require_runtime("broadcast");
  const std::string call = fmt::format("broadcast<{}>(a value of {} bytes, root {})", type, bytes, root);
  meet(state, call);
  if (root < 0 || root >= state.size()) {
    throw usage_error(fmt::format("{}: there is no such rank, this job has ranks 0 to {}", call, state.size() - 1));
  }
  state.group->broadcast(value, bytes, root);
}

void gather_for_reduction(const void* mine, std::size_t bytes, void* all, const char* type) {
  runtime_state& state = require_runtime("all_reduce");
  meet(state, fmt::format("all_reduce<{}>(a value of {} bytes)", type, bytes));
  state.group->all_gather(mine, bytes, all);
}

}  // namespace liana::detail
