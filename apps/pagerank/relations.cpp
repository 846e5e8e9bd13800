#include "relations.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pagerank {

namespace {

constexpr std::string_view name_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-._";

std::string_view take_name(std::string_view& rest) {
  const std::string_view name = rest.substr(0, std::min(rest.find_first_not_of(name_characters), rest.size()));
  rest.remove_prefix(name.size());
  return name;
}

/// Removes "(...)" from the front of `rest`, where `open` and `close` are the parentheses. Returns whether none is left
/// open.
bool skip_enclosed(std::string_view& rest, char open, char close) {
  if (!rest.starts_with(open)) return true;
  const std::size_t end = rest.find(close);
  if (end == std::string_view::npos) return false;
  rest = trim(rest.substr(end + 1));
  return true;
}

std::string_view relation_name(std::string_view relation, const position& where) {
  std::string_view rest = relation;
  const std::string_view name = take_name(rest);
  bool good = !name.empty();
  if (rest.starts_with(':')) {
    rest.remove_prefix(1);
    good = good && !take_name(rest).empty();
  }
  rest = trim(rest);
  good = good && skip_enclosed(rest, '(', ')') && skip_enclosed(rest, '[', ']');
  while (good && rest.starts_with('<')) good = skip_enclosed(rest, '<', '>');
  if (good && rest.empty()) return name;
  where.fail(fmt::format(
      "{} names no package: expected 'name', or 'name:architecture', then optionally '(version)', '[architectures]' "
      "and '<profiles>'",
      quoted(relation)));
}

}  // namespace

std::vector<std::string_view> relation_names(std::string_view list, const position& where) {
  std::vector<std::string_view> names;
  std::string_view rest = trim(list);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of(",|"), rest.size());
    names.push_back(relation_name(trim(rest.substr(0, end)), where));
    if (end == rest.size()) break;
    const bool alternative = rest[end] == '|';
    rest = trim(rest.substr(end + 1));
    if (alternative && rest.empty()) where.fail(fmt::format("{} ends with a '|'", quoted(list)));
  }
  return names;
}

}  // namespace pagerank
