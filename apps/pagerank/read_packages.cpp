#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "name_table.hpp"
#include "readers.hpp"
#include "relations.hpp"
#include "text.hpp"

namespace pagerank {

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
