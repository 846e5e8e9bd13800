#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "readers.hpp"

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

namespace {

struct field {
  std::string value;
  position where;

  [[nodiscard]] bool present() const noexcept { return where.line != 0; }
};

/// The fields of one package's description that matter here.
struct description {
  field package;
  field provides;
  field depends;
  field pre_depends;
  field recommends;
  std::size_t first_line = 0;  // 0 while it has no line

  [[nodiscard]] field* find(std::string_view name);
};

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// The field of this name, or null if it does not matter here.
field* description::find(std::string_view name) {
  if (same_letters(name, "Package")) return &package;
  if (same_letters(name, "Provides")) return &provides;
  if (same_letters(name, "Depends")) return &depends;
  if (same_letters(name, "Pre-Depends")) return &pre_depends;
  if (same_letters(name, "Recommends")) return &recommends;
  return nullptr;
}

template <class Value>
void drop_repeated(std::vector<Value>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

/// What the descriptions say, by the numbers of names; only when all are known is it clear which names are packages.
class package_names {
 public:
  void add(const description& of);

  /// Throws `read_error` about the input `name` if there are no packages or no edges between them. Nothing can be added
  /// afterwards.
  [[nodiscard]] graph to_graph(const std::string& name);

 private:
  static constexpr node no_package = max_nodes;

  node number(std::string_view name);

  /// How many demands are for a name that no package has or provides.
  [[nodiscard]] std::size_t count_unknown() const;

  name_table names_;
  std::vector<node> packages_;                  // names, in the order of their descriptions
  std::vector<node> package_of_;                // by name: its place in packages_, or no_package
  std::vector<std::vector<node>> providers_;    // by name: packages that provide it
  std::vector<std::pair<node, node>> demands_;  // a package, and a name
};

node package_names::number(std::string_view name) {
  const node result = names_.number(name);
  package_of_.resize(names_.size(), no_package);
  providers_.resize(names_.size());
  return result;
}

void package_names::add(const description& of) {
  const auto names = relation_names(of.package.value, of.package.where);
  if (names.size() != 1 || names[0] != trim(of.package.value)) {
    of.package.where.fail(fmt::format("{} is no package's name", quoted(of.package.value)));
  }
  const node name = number(names[0]);
  if (package_of_[name] == no_package) {
    package_of_[name] = static_cast<node>(packages_.size());
    packages_.push_back(name);
  }
  const node package = package_of_[name];
  for (const std::string_view provided : relation_names(of.provides.value, of.provides.where)) {
    providers_[number(provided)].push_back(package);
  }
  for (const field* each : {&of.depends, &of.pre_depends, &of.recommends}) {
    for (const std::string_view demanded : relation_names(each->value, each->where)) {
      demands_.emplace_back(package, number(demanded));
    }
  }
}

std::size_t package_names::count_unknown() const {
  const auto unknown = [this](const auto& demand) {
    return package_of_[demand.second] == no_package && providers_[demand.second].empty();
  };
  return static_cast<std::size_t>(std::count_if(demands_.begin(), demands_.end(), unknown));
}

graph package_names::to_graph(const std::string& name) {
  if (packages_.empty()) {
    throw read_error(fmt::format("{}: describes no package; `apt-get update` fetches the lists", name));
  }
  const std::size_t unknown = count_unknown();
  // A demand for a name that packages provide becomes as many edges. What is said twice would square them.
  drop_repeated(demands_);
  for (auto& each : providers_) drop_repeated(each);
  std::vector<edge> edges;
  const auto connect = [&edges](node from, node to) {
    if (from != to) edges.push_back({from, to});
  };
  for (const auto& [package, demanded] : demands_) {
    if (package_of_[demanded] != no_package) {
      connect(package, package_of_[demanded]);
    } else {
      for (const node provider : providers_[demanded]) connect(package, provider);
    }
  }
  if (edges.empty()) throw read_error(fmt::format("{}: no package depends on another one", name));
  std::vector<std::string> list;
  list.reserve(packages_.size());
  for (const node package : packages_) list.push_back(names_.name(package));
  graph result = make_graph(packages_.size(), std::move(edges), std::move(list));
  if (unknown > 0) result.remark = fmt::format("{} dependencies on packages that do not exist left out", unknown);
  return result;
}

/// Adds the line, which is not empty, to the description. `last` is the field of the line before, or null.
field* add_line(description& to, field* last, const line_reader& lines) {
  const std::string_view line = lines.line();
  const position& where = lines.where();
  if (line[0] == ' ' || line[0] == '\t') {
    if (to.first_line == 0) where.fail("a continued line without a field before it");
    if (last != nullptr) last->value.append(" ").append(trim(line));
    return last;
  }
  const std::size_t colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos) {
    where.fail(fmt::format("{} is no field: expected 'Name: value'", quoted(line)));
  }
  if (to.first_line == 0) to.first_line = where.line;
  const std::string_view name = line.substr(0, colon);
  field* found = to.find(name);
  if (found == nullptr) return nullptr;
  if (found->present()) {
    where.fail(fmt::format("{} comes twice in one description, first on line {}", name, found->where.line));
  }
  *found = {std::string(trim(line.substr(colon + 1))), where};
  return found;
}

}  // namespace

graph read_packages(std::istream& in, const std::string& name) {
  package_names names;
  line_reader lines(in, name);
  description current;
  field* last = nullptr;
  const auto finish = [&] {
    if (current.first_line == 0) return;
    if (!current.package.present()) position{name, current.first_line}.fail("this description has no field Package");
    names.add(current);
    current = {};
    last = nullptr;
  };
  while (lines.next()) {
    if (trim(lines.line()).empty()) {
      finish();
    } else {
      last = add_line(current, last, lines);
    }
  }
  finish();
  return names.to_graph(name);
}

}  // namespace pagerank
