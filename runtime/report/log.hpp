#pragma once

#include <atomic>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <liana/detail/rank.hpp>

namespace liana::detail {

/// From what is always worth a line to what only a maintainer reads; a level includes those before it.
enum class log_level { off, error, warn, info, debug };

/// Messages of this rank on the standard error stream, one write(2) per message, so that lines of different ranks do
/// not mix:
///
///     [liana rank 3] warning: a wait for block ... has lasted 10 s
///
/// Any thread may log at any time, also before `start` and from destructors of static objects: nothing here throws. A
/// message whose level is off costs a load and a branch and does not allocate.
namespace log {

/// Which messages are written. Not to be used directly; see `enabled` and `start`.
inline std::atomic<log_level> current_level{log_level::warn};

/// True if messages of this level are written; for messages whose arguments are costly to find.
[[nodiscard]] inline bool enabled(log_level level) noexcept {
  return level != log_level::off && level <= current_level.load(std::memory_order_relaxed);
}

/// Sets the level, and the rank that begins every line from now on. Before the first call the level is `warn` and no
/// rank is named.
void start(log_level level, rank_t rank);

/// Forgets the rank and returns to the level `warn`: the state before `start`.
void stop() noexcept;

/// Writes a message whose level is already known to be enabled. Throws nothing: where even the text cannot be put
/// together, says so instead.
void write(log_level level, fmt::string_view format, fmt::format_args arguments) noexcept;

template <class... Arguments>
void error(fmt::format_string<Arguments...> format, Arguments&&... arguments) noexcept {
  if (enabled(log_level::error)) {
    write(log_level::error, format, fmt::make_format_args(arguments...));
  }
}

template <class... Arguments>
void warn(fmt::format_string<Arguments...> format, Arguments&&... arguments) noexcept {
  if (enabled(log_level::warn)) {
    write(log_level::warn, format, fmt::make_format_args(arguments...));
  }
}

template <class... Arguments>
void info(fmt::format_string<Arguments...> format, Arguments&&... arguments) noexcept {
  if (enabled(log_level::info)) {
    write(log_level::info, format, fmt::make_format_args(arguments...));
  }
}

template <class... Arguments>
void debug(fmt::format_string<Arguments...> format, Arguments&&... arguments) noexcept {
  if (enabled(log_level::debug)) {
    write(log_level::debug, format, fmt::make_format_args(arguments...));
  }
}

}  // namespace log
}  // namespace liana::detail
