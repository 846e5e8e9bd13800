#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Strict readers of the values of settings: the whole text is understood, or a `config_error` names the setting,
/// quotes the value and says what is accepted. Nothing is trimmed, and case matters.
namespace liana::detail {

/// A value on its way in, with what an error must say about it.
struct setting_text {
  std::string name;  ///< "LIANA_PORT" or "options::port".
  std::string value;
  std::string_view accepted;
};

/// `text` in quotation marks, with control characters as \x0a, so that what an error quotes neither ends it nor moves
/// the cursor.
std::string quoted(std::string_view text);

/// Throws the `config_error` of every wrong value: NAME = "VALUE": cause; accepted: ...
[[noreturn]] void reject(const setting_text& text, std::string_view cause);

/// Decimal digits only.
std::uint64_t parse_integer(const setting_text& text, std::uint64_t lowest, std::uint64_t highest);

/// Decimal digits, then nothing or K, M, G, T, KiB, MiB, GiB, TiB. K is 1024, as KiB, because memory is counted so. KB,
/// which some read as 1000, fractions and small letters are refused.
std::uint64_t parse_size(const setting_text& text, std::uint64_t lowest, std::uint64_t highest);

/// A decimal number, then nothing (seconds), ms, s, min or h; more than zero and at most 10^9 s. Empty for `none`.
std::optional<std::chrono::nanoseconds> parse_duration(const setting_text& text);

}  // namespace liana::detail
