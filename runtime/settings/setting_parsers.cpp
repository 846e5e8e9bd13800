#include "runtime/settings/setting_parsers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include <fmt/format.h>

#include <liana/error.hpp>

namespace liana::detail {
namespace {

struct number_and_unit {
  std::uint64_t number;
  std::string_view unit;
};

number_and_unit split_integer(const setting_text& text) {
  const char* const end = text.value.data() + text.value.size();
  std::uint64_t number = 0;
  const auto [rest, fault] = std::from_chars(text.value.data(), end, number);
  if (text.value.empty()) {
    reject(text, "is empty");
  }
  if (fault == std::errc::result_out_of_range) {
    reject(text, "is too large");
  }
  if (fault != std::errc{} || (rest != end && *rest == '.')) {
    reject(text, "is not a whole number, zero or more");
  }
  return {number, std::string_view(rest, static_cast<std::size_t>(end - rest))};
}

void check_range(const setting_text& text, std::uint64_t number, std::uint64_t lowest, std::uint64_t highest) {
  if (number < lowest) {
    reject(text, fmt::format("is less than {}", lowest));
  }
  if (number > highest) {
    reject(text, fmt::format("is more than {}", highest));
  }
}

unsigned shift_of(const setting_text& text, std::string_view unit) {
  static constexpr std::string_view prefixes = "KMGT";
  if (unit.empty()) {
    return 0;
  }
  const auto index = prefixes.find(unit.front());
  if (index == std::string_view::npos || (unit.size() > 1 && unit.substr(1) != "iB")) {
    reject(text, fmt::format("has the unknown unit {}", quoted(unit)));
  }
  return 10 * (static_cast<unsigned>(index) + 1);
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char each : text) {
    const auto code = static_cast<unsigned char>(each);
    if (code < 0x20 || code == 0x7F) {
      result += fmt::format("\\x{:02x}", code);
    } else {
      result += each;
    }
  }
  return result + '"';
}

void reject(const setting_text& text, std::string_view cause) {
  throw config_error(fmt::format("{} = {}: {}; accepted: {}", text.name, quoted(text.value), cause, text.accepted));
}

std::uint64_t parse_integer(const setting_text& text, std::uint64_t lowest, std::uint64_t highest) {
  const auto [number, rest] = split_integer(text);
  if (!rest.empty()) {
    reject(text, fmt::format("has {} after the number", quoted(rest)));
  }
  check_range(text, number, lowest, highest);
  return number;
}

std::uint64_t parse_size(const setting_text& text, std::uint64_t lowest, std::uint64_t highest) {
  const auto [number, unit] = split_integer(text);
  const unsigned shift = shift_of(text, unit);
  if (number > std::numeric_limits<std::uint64_t>::max() >> shift) {
    reject(text, "is too large");
  }
  const std::uint64_t bytes = number << shift;
  check_range(text, bytes, lowest, highest);
  return bytes;
}

std::optional<std::chrono::nanoseconds> parse_duration(const setting_text& text) {
  struct unit {
    std::string_view name;
    double seconds;
  };
  static constexpr std::array<unit, 5> units{{{"", 1.0}, {"ms", 1e-3}, {"s", 1.0}, {"min", 60.0}, {"h", 3600.0}}};
  static constexpr double longest_seconds = 1e9;

  const std::string_view value = text.value;
  if (value == "none") {
    return std::nullopt;
  }
  // Looked at first, because from_chars takes "inf" and "nan" for numbers.
  if (value.empty() || value.front() < '0' || value.front() > '9') {
    reject(text, value.empty() ? "is empty" : "does not begin with a digit");
  }
  double number = 0;
  const auto [rest, fault] =
      std::from_chars(value.data(), value.data() + value.size(), number, std::chars_format::fixed);
  if (fault != std::errc{}) {
    // from_chars says the same of a number too small for a double.
    reject(text, value.find_first_of("123456789") < value.find('.') ? "is too large" : "is not above zero");
  }
  const std::string_view name = value.substr(static_cast<std::size_t>(rest - value.data()));
  for (const unit& known : units) {
    if (known.name == name) {
      const double seconds = number * known.seconds;
      const auto nanoseconds = std::llround(std::min(seconds, longest_seconds) * 1e9);
      if (nanoseconds == 0) {
        reject(text, "is not above zero");
      }
      if (seconds > longest_seconds) {
        reject(text, "is longer than 1000000000 s");
      }
      return std::chrono::nanoseconds(nanoseconds);
    }
  }
  reject(text, fmt::format("has the unknown unit {}", quoted(name)));
}

}  // namespace liana::detail
