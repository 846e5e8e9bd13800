// What the tests of errors expect: an error of one type whose text matches a regular expression.
#pragma once

#include <algorithm>
#include <exception>
#include <ostream>
#include <regex>
#include <string>

#include <gtest/gtest.h>

namespace liana_tests {

/// The text of an error on one line.
inline std::string line_of(const std::exception& error) {
  std::string text = error.what();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

/// Success if `action` throws an Error, and its text has a part that matches the extended regular expression.
template <class Error, class F>
::testing::AssertionResult throws_matching(F&& action, const std::string& expression) {
  try {
    action();
  } catch (const Error& error) {
    const std::string text = line_of(error);
    if (std::regex_search(text, std::regex(expression, std::regex::extended))) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "the text does not match '" << expression << "': " << text;
  } catch (const std::exception& error) {
    return ::testing::AssertionFailure() << "threw another type of error: " << line_of(error);
  }
  return ::testing::AssertionFailure() << "threw nothing";
}

/// An action that must fail. Its name is that of a test.
template <class Action>
struct failing_action {
  const char* name;
  Action action;
  /// The regular expression that the text of the error matches.
  const char* expected;
};

template <class Action>
// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest's name
void PrintTo(const failing_action<Action>& failing, std::ostream* out) {
  *out << failing.expected;
}

/// Names the instances of a parameterised test after what they test.
inline constexpr auto name_of_parameter = [](const auto& info) { return std::string(info.param.name); };

}  // namespace liana_tests
