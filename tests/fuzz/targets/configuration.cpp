// The input is lines NAME=VALUE. They are the process's environment, from which the settings are read; a line that
// begins with the name of a field of liana::options sets that field instead.
#include "runtime/settings/configuration.hpp"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <set>
#include <string>
#include <utility>

#include <liana/error.hpp>

#include "tests/fuzz/targets/support.hpp"

namespace {

using namespace liana::detail;
using fuzz::require;

template <class Number>
std::optional<Number> number(const std::string& text) {
  Number result{};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), result);
  return fault == std::errc{} && end == text.data() + text.size() ? std::optional(result) : std::nullopt;
}

std::optional<std::chrono::duration<double>> duration(const std::string& text) {
  const auto seconds = number<double>(text);
  return seconds ? std::optional(std::chrono::duration<double>(*seconds)) : std::nullopt;
}

/// Sets the field of this name. Returns whether there is one. A number that is none leaves it alone.
bool set_field(liana::options& in_code, std::string_view field, const std::string& value) {
  if (field == "transport") {
    in_code.transport = value;
  } else if (field == "segment_bytes") {
    in_code.segment_bytes = number<std::size_t>(value);
  } else if (field == "cache_bytes") {
    in_code.cache_bytes = number<std::size_t>(value);
  } else if (field == "hosts") {
    in_code.hosts = value;
  } else if (field == "validity_words") {
    in_code.validity_words = number<std::size_t>(value);
  } else if (field == "device") {
    in_code.device = value;
  } else if (field == "port") {
    in_code.port = number<int>(value);
  } else if (field == "gid_index") {
    in_code.gid_index = number<int>(value);
  } else if (field == "stats") {
    in_code.stats = value;
  } else if (field == "warn_after") {
    in_code.warn_after = duration(value);
  } else if (field == "timeout") {
    in_code.timeout = duration(value);
  } else {
    return false;
  }
  return true;
}

/// What process_environment() makes of these entries.
variable_map as_environment(std::vector<std::string>& entries) {
  std::vector<char*> pointers(entries.size() + 1, nullptr);
  std::transform(entries.begin(), entries.end(), pointers.begin(), [](std::string& each) { return each.data(); });
  char** const own = std::exchange(environ, pointers.data());
  variable_map variables = process_environment();
  environ = own;
  return variables;
}

void check_size(std::size_t bytes) {
  require(bytes >= std::size_t{64} << 10 && bytes <= std::size_t{8} << 40, "sizes are in range");
  require(bytes % static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) == 0, "sizes are whole pages");
}

void check_duration(std::optional<std::chrono::nanoseconds> time) {
  require(!time || (time->count() > 0 && *time <= std::chrono::seconds(1'000'000'000)), "durations are in range");
}

void check_range(std::optional<int> value, int lowest, int highest) {
  require(!value || (*value >= lowest && *value <= highest), "numbers are in range");
}

void check_values(const configuration& of) {
  if (of.segment_bytes != 0) check_size(of.segment_bytes);  // 0: auto
  if (of.cache_bytes != 0) check_size(of.cache_bytes);
  if (of.hosts.mode == hosts_mode::dealt) check_range(of.hosts.count, 1, 65536);
  require(std::has_single_bit(of.validity_words) && of.validity_words <= std::size_t{1} << 32, "validity words");
  require(!of.device || !of.device->empty(), "a device has a name");
  check_range(of.port, 1, 255);
  check_range(of.gid_index, 0, 255);
  require(of.stats_file.empty() == (of.stats != stats_target::json_file), "json has a file, and nothing else has");
  check_duration(of.warn_after);
  check_duration(of.timeout);
  check_range(of.sharer_groups, 1, 20);
  require(of.transport != transport_choice::shm || (!of.device && !of.port && !of.gid_index), "shm has no device");
}

/// The values once more, as a program would write them.
liana::options in_code(const configuration& of) {
  const auto limit = [](std::optional<std::chrono::nanoseconds> time) {
    return time ? std::chrono::duration<double>(*time) : liana::no_time_limit;
  };
  liana::options result{.validity_words = of.validity_words,
                        .device = of.device,
                        .port = of.port,
                        .gid_index = of.gid_index,
                        .warn_after = limit(of.warn_after),
                        .timeout = limit(of.timeout)};
  if (of.segment_bytes != 0) result.segment_bytes = of.segment_bytes;  // 0: auto, which has no value in code
  if (of.cache_bytes != 0) result.cache_bytes = of.cache_bytes;
  if (of.hosts.mode == hosts_mode::dealt) result.hosts = of.hosts.count;
  if (of.stats == stats_target::json_file) result.stats = "json:" + of.stats_file;
  return result;
}

/// What each setting was written as, as variables.
variable_map as_written(const configuration& of) {
  variable_map variables;
  for (std::size_t i = 0; i < setting_count; ++i) {
    const auto id = static_cast<setting>(i);
    variables.emplace(describe(id).variable, of.provenance_of(id).text);
  }
  return variables;
}

void check_warnings(const configuration& of, const variable_map& variables) {
  std::set<std::string, std::less<>> unknown;
  for (const auto& [name, value] : variables) {
    if (!name.starts_with("LIANA_TEST_")) unknown.insert(name);
  }
  for (std::size_t i = 0; i < setting_count; ++i) {
    unknown.erase(std::string(describe(static_cast<setting>(i)).variable));
  }
  for (const std::string& warning : of.warnings) {
    const auto named = std::ranges::find_if(
        unknown, [&](const std::string& name) { return warning.starts_with(name + " is set, but Liana has no such"); });
    require(named != unknown.end(), "a warning names an unknown variable, once", warning);
    unknown.erase(named);
  }
}

void check_message(std::string_view text) {
  require(text.starts_with("LIANA_") || text.starts_with("options::"), "an error names variable or field", text);
  require(fuzz::is_printable(text), "an error holds no control character", text);
  require(text.find("; accepted: ") != std::string_view::npos, "an error says what is accepted", text);
}

void check(const liana::options& code, const variable_map& variables) {
  configuration accepted;
  try {
    accepted = configure(code, variables);
  } catch (const liana::config_error& refusal) {
    check_message(refusal.what());
    return;
  }
  check_values(accepted);
  check_warnings(accepted, variables);
  // Nothing may be thrown here.
  require(same_values(configure({}, as_written(accepted)), accepted), "settings come back from how they are written");
  require(same_values(configure(in_code(accepted), as_written(accepted)), accepted), "and from their values in code");
}

}  // namespace

void fuzz::try_input(std::string_view input) {
  liana::options code;
  std::vector<std::string> entries;
  for (const std::string& line : fuzz::lines_of(input)) {
    const auto equals = line.find('=');
    if (equals == std::string::npos || !set_field(code, line.substr(0, equals), line.substr(equals + 1))) {
      entries.push_back(line);
    }
  }
  check(code, as_environment(entries));
}
