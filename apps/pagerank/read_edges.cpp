#include <utility>
#include <vector>

#include <fmt/format.h>

#include "name_table.hpp"
#include "readers.hpp"
#include "text.hpp"

namespace pagerank {

graph read_edges(std::istream& in, const std::string& name) {
  name_table names;
  std::vector<edge> edges;
  line_reader lines(in, name);
  while (lines.next()) {
    const auto parts = words(lines.line());
    if (parts.empty() || parts[0].starts_with('#')) continue;
    if (parts.size() != 2) {
      lines.where().fail(fmt::format("{} is no edge: expected two names, 'from to', found {}",
                                     quoted(trim(lines.line())), parts.size()));
    }
    // One after the other: the order of a call's arguments is open, and with it which name comes first.
    const node from = names.number(parts[0]);
    const node to = names.number(parts[1]);
    edges.push_back({from, to});
  }
  if (edges.empty()) throw read_error(fmt::format("{}: no edges; expected lines 'from to'", name));

  std::vector<std::string> list;
  list.reserve(names.size());
  for (node i = 0; i < names.size(); ++i) list.push_back(names.name(i));
  return make_graph(names.size(), std::move(edges), std::move(list));
}

}  // namespace pagerank
