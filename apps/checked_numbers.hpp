// Checks for the numbers on command lines, for CLI11's Option::check(). CLI11 itself takes -1 for a huge unsigned
// number, 010 for eight, nan for a number within any range, and 1e999 for infinity.
#pragma once

#include <cmath>
#include <cstdlib>
#include <string>

namespace checked_numbers {

/// An empty text if `good`, otherwise what is wrong with `value`, as CLI11 wants it.
inline std::string refuse_unless(bool good, const std::string& value, const std::string& expected) {
  return good ? std::string() : "Value " + value + " is not " + expected;
}

inline std::string whole(const std::string& value) {
  const bool digits = !value.empty() && value.find_first_not_of("0123456789") == std::string::npos;
  return refuse_unless(digits && (value.size() == 1 || value[0] != '0'), value, "a whole number");
}

inline std::string decimal(const std::string& value) {
  const bool digits = value.find_first_not_of("0123456789.eE+-") == std::string::npos;
  return refuse_unless(digits && std::isfinite(std::strtod(value.c_str(), nullptr)), value, "a decimal number");
}

}  // namespace checked_numbers
