#include "runtime/report/log.hpp"

#include <cstdio>
#include <exception>
#include <iterator>
#include <memory>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace liana::detail::log {
namespace {

constexpr const char* pattern_without_rank = "[liana] %l: %v";

/// A logger of Liana's own, not in spdlog's registry, which is the program's. Never destroyed, because destructors of
/// static objects may log. The sink writes a whole message with one fwrite, which on the unbuffered stderr is one
/// write(2).
spdlog::logger& logger() {
  static spdlog::logger* const instance = [] {
    auto made = std::make_unique<spdlog::logger>("liana", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_level(spdlog::level::trace);  // `enabled` decides
    made->set_pattern(pattern_without_rank);
    return made.release();
  }();
  return *instance;
}

spdlog::level::level_enum of_spdlog(log_level level) {
  switch (level) {
    case log_level::error:
      return spdlog::level::err;
    case log_level::warn:
      return spdlog::level::warn;
    case log_level::info:
      return spdlog::level::info;
    case log_level::debug:
    case log_level::off:  // of no message
      break;
  }
  return spdlog::level::debug;
}

}  // namespace

void start(log_level level, rank_t rank) {
  logger().set_pattern(fmt::format("[liana rank {}] %l: %v", rank));
  current_level.store(level, std::memory_order_relaxed);
}

void stop() noexcept {
  current_level.store(log_level::warn, std::memory_order_relaxed);
  try {
    logger().set_pattern(pattern_without_rank);
  } catch (const std::exception& fault) {
    warn("log: the rank stays in the prefix: {}", fault.what());
  }
}

void write(log_level level, fmt::string_view format, fmt::format_args arguments) noexcept {
  try {
    fmt::memory_buffer text;
    fmt::vformat_to(std::back_inserter(text), format, arguments);
    logger().log(of_spdlog(level), spdlog::string_view_t(text.data(), text.size()));
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "[liana] a message was lost: %s\n", fault.what());
  }
}

}  // namespace liana::detail::log
