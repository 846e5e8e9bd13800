#include "runtime/coherence/checked_address.hpp"

#include <string>

#include <liana/detail/access.hpp>
#include <liana/detail/print.hpp>
#include <liana/error.hpp>

namespace liana::detail {
namespace {

[[noreturn]] void refuse_address(const runtime_state& state, address at, std::size_t bytes, const char* operation) {
  const std::string what = std::string(operation) + " of ";
  if (at.is_null()) {
    throw usage_error(what + "a null pointer (" + std::to_string(bytes) + " bytes)");
  }
  if (at.home() >= state.size()) {
    throw usage_error(what + to_string(at) + ": the pointer is not from this job, which has only ranks 0 to " +
                      std::to_string(state.size() - 1));
  }
  const std::uint64_t pool = state.layout_of(at.home()).pool_bytes;
  if (at.block_log2() < minimum_block_log2 || at.block_log2() > maximum_block_log2 || at.offset() + bytes > pool) {
    throw usage_error(what + to_string(at) + " (" + std::to_string(bytes) +
                      " bytes): the pointer is not from this job: it leads out of the " + std::to_string(pool) +
                      " bytes that the rank shares");
  }
  throw usage_error(
      what + std::to_string(bytes) + " bytes at " + to_string(at) +
      ": they reach over the end of the block; the pointer was cast to a larger type or moved out of its object");
}

}  // namespace

address checked_block(const runtime_state& state, address at, std::size_t bytes, const char* operation) {
  if (!is_plausible(state.hot, at, bytes) || at.block_log2() > maximum_block_log2) [[unlikely]] {
    refuse_address(state, at, bytes, operation);
  }
  return at.block();
}

runtime_state& state_for(address at, std::size_t bytes, const char* operation) {
  runtime_state& state = require_runtime(operation);
  static_cast<void>(checked_block(state, at, bytes, operation));
  return state;
}

}  // namespace liana::detail
