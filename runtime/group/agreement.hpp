#pragma once

#include <exception>
#include <optional>
#include <string>

#include "runtime/group/process_group.hpp"

/// How a step that one rank fails to take ends on all ranks, alike.
namespace liana::detail {

/// What kept one rank from going on, on its way to all others.
struct failure {
  enum class kind : unsigned char { none, config, resource, usage, other };
  kind what = kind::none;
  std::string text;
};

/// The failure that the exception being handled stands for. To be called in a catch block.
[[nodiscard]] failure current_failure();

/// Throws the error that a failure stands for.
[[noreturn]] void throw_failure(failure::kind what, const std::string& text);

/// Collective. Returns when every rank is well; otherwise all ranks throw the same: the type of the first rank's
/// failure, and a text with every failure and the ranks that had it.
void agree(process_group& group, const std::optional<failure>& mine);

/// Collective. Runs `step` and agrees on how it went.
template <class F>
void together(process_group& group, F step) {
  std::optional<failure> failed;
  try {
    step();
  } catch (const std::exception&) {
    failed = current_failure();
  }
  agree(group, failed);
}

}  // namespace liana::detail
