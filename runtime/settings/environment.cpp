#include "runtime/settings/environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include <fmt/format.h>

namespace liana::detail {
namespace {

constexpr std::string_view variable_prefix = "LIANA_";
constexpr std::string_view test_prefix = "LIANA_TEST_";

/// Levenshtein's: insertions, deletions and replacements that turn one into the other.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

/// The setting that a name may be meant for, or nothing: the first that it begins, or else the most similar one, which
/// differs in a third of the letters at most. LIANA_ROOT, LIANA_HOME and LIANA_DIR, which module systems set, are meant
/// for none.
std::string_view meant_by(std::string_view name, std::span<const known_variable> known) {
  const std::size_t letters = name.size() - variable_prefix.size();
  std::string_view nearest;
  std::size_t least = letters / 3 + 1;
  for (const known_variable& each : known) {
    if (!each.offered || letters == 0) {
      continue;
    }
    if (std::string_view(each.name).starts_with(name)) {
      return each.name;
    }
    if (const std::size_t distance = edit_distance(name, each.name); distance < least) {
      least = distance;
      nearest = each.name;
    }
  }
  return nearest;
}

}  // namespace

variable_map process_environment() {
  variable_map variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (text.starts_with(variable_prefix) && equals != std::string_view::npos) {
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return variables;
}

std::vector<std::string> warnings_about_unknown(const variable_map& variables, std::span<const known_variable> known) {
  std::vector<std::string> warnings;
  for (const auto& entry : variables) {
    const std::string& name = entry.first;
    const bool is_known = std::ranges::any_of(known, [&](const known_variable& each) { return each.name == name; });
    if (is_known || !name.starts_with(variable_prefix) || name.starts_with(test_prefix)) {
      continue;
    }
    if (const std::string_view meant = meant_by(name, known); !meant.empty()) {
      warnings.push_back(fmt::format(
          "{} is set, but Liana has no such variable and ignores it; the most similar one is {}", name, meant));
    }
  }
  return warnings;
}

}  // namespace liana::detail
