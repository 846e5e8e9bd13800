#include "readers.hpp"

#include <sstream>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "../common/matrix_market.hpp"

namespace pagerank {

namespace {

const std::string dump_command = "apt-cache dumpavail";

std::string dump_packages() {
  try {
    return output_of(dump_command);
  } catch (const read_error& error) {
    throw read_error(std::string(error.what()) + "; --packages, --edges and --matrix-market read files instead");
  }
}

}  // namespace

std::array<apps::options::option, 3> add_graph_options(apps::options& to, graph_source& source) {
  // No option group of CLI11, which would say that one of the three may be given: with one it takes the argument "" for
  // a subcommand without a name, for ever.
  const std::string input = "Graph (by default that of `apt-cache dumpavail`)";
  auto packages =
      to.text("--packages", source.packages_file, "saved output of `apt-cache dumpavail`, or a file Packages");
  auto edges = to.text("--edges", source.edges_file, "edge list: 'from to' on each line, # starts a comment");
  auto matrix = to.text("--matrix-market", source.matrix_market_file, "square Matrix Market coordinate file");
  packages.group(input).excludes(edges).excludes(matrix);
  edges.group(input).excludes(matrix);
  matrix.group(input);
  return {packages, edges, matrix};
}

std::string origin(const graph_source& from) {
  for (const std::string* file : {&from.packages_file, &from.edges_file, &from.matrix_market_file}) {
    if (!file->empty()) return *file;
  }
  return dump_command;
}

graph load_graph(const graph_source& from) {
  const std::string name = origin(from);
  if (name == dump_command) {
    std::istringstream in(dump_packages());
    return read_packages(in, name);
  }
  std::ifstream in = open_text(name);
  if (!from.edges_file.empty()) return read_edges(in, name);
  if (!from.matrix_market_file.empty()) return read_matrix_market(in, name);
  return read_packages(in, name);
}

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

graph read_matrix_market(std::istream& in, const std::string& name) {
  std::vector<edge> edges;
  const std::size_t nodes = apps::read_matrix_market(
      in, name, [&](const apps::matrix_entry& entry) { edges.push_back({.from = entry.row, .to = entry.column}); });
  return make_graph(nodes, std::move(edges));
}

}  // namespace pagerank
