#include "run.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <numeric>
#include <utility>

#include <fmt/core.h>

#include "../pagerank/readers.hpp"

namespace components {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  apps::options all("Connected components of a graph, on all ranks of a job; by default that of Debian's packages.");
  const auto files = pagerank::add_graph_options(all, values.files);
  auto scale = all.whole("--kronecker", values.generated.scale,
                         "instead of a file: a Kronecker graph of 2^SCALE vertices; 0: none", 0, 30);
  for (const auto& each : files) scale.excludes(each);
  all.whole("--edge-factor", values.generated.edge_factor, "edges for each vertex of the Kronecker graph", 1, 1024);
  all.whole("--runs", values.runs, "number of runs", 1, std::size_t{1} << 20);
  all.whole("--top", values.top, "how many of the largest components to print", 0, std::size_t{1} << 30);
  all.on_off("verify", values.verify, "compare with a serial union-find");

  result.exit_code = all.parse(argc, argv, speak);
  return result;
}

namespace {

edge_part generate(const bfs::kronecker_graph& of, const apps::place& at) {
  const std::size_t edges = of.edges();
  const auto first_of = [&](int rank) {
    return edges * static_cast<std::size_t>(rank) / static_cast<std::size_t>(at.ranks);
  };
  edge_part result;
  result.vertices = of.vertices();
  result.edges = edges;
  result.edges_before = first_of(at.rank);
  result.own = of.edges(first_of(at.rank), first_of(at.rank + 1));
  return result;
}

edge_part read(const pagerank::graph_source& from) {
  pagerank::graph read = pagerank::load_graph(from);
  edge_part result;
  result.vertices = read.nodes;
  result.edges = read.edges.size();
  result.own.reserve(read.edges.size());
  for (const pagerank::edge& each : read.edges) result.own.push_back({.a = each.from, .b = each.to});
  result.names = std::move(read.names);
  return result;
}

}  // namespace

std::optional<edge_part> make_edges(const settings& from, const apps::place& at) {
  if (from.generated.scale != 0) return generate(from.generated, at);
  if (at.rank != 0) return std::nullopt;
  try {
    fmt::print("Reading {}\n", pagerank::origin(from.files));
    std::fflush(stdout);  // mpirun's pipe would keep it until the end
    return read(from.files);
  } catch (const std::exception& error) {
    fmt::print(stderr, "components: {}\n", error.what());
    return std::nullopt;
  }
}

std::vector<edge> all_edges(const settings& from, const edge_part& own) {
  return from.generated.scale != 0 ? from.generated.edges(0, from.generated.edges()) : own.own;
}

namespace {

vertex root(std::vector<vertex>& parents, vertex of) {
  while (parents[of] != of) {
    parents[of] = parents[parents[of]];
    of = parents[of];
  }
  return of;
}

}  // namespace

std::vector<component> sizes_of(std::span<const vertex> labels) {
  std::vector<std::size_t> sizes(labels.size());
  std::size_t no_vertices = 0;
  for (const vertex each : labels) ++(each < sizes.size() ? sizes[each] : no_vertices);
  std::vector<component> all;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] != 0) all.push_back({.first = static_cast<vertex>(i), .size = sizes[i]});
  }
  std::stable_sort(all.begin(), all.end(), [](const component& a, const component& b) { return a.size > b.size; });
  return all;
}

void print_components(std::span<const component> all, std::size_t top, const std::vector<std::string>& names) {
  const auto single = static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const component& each) { return each.size == 1; }));
  fmt::print("{} components, {} of them single vertices. The largest:\n", all.size(), single);
  for (const component& each : all.first(std::min(top, all.size()))) {
    fmt::print("{:10} vertices, with {}\n", each.size,
               names.empty() ? fmt::format("number {}", each.first) : names[each.first]);
  }
}

std::vector<vertex> serial_components(std::size_t vertices, std::span<const edge> edges) {
  std::vector<vertex> parents(vertices);
  std::iota(parents.begin(), parents.end(), vertex{0});
  for (const auto& [a, b] : edges) {
    const vertex of_a = root(parents, a);
    const vertex of_b = root(parents, b);
    parents[std::max(of_a, of_b)] = std::min(of_a, of_b);
  }
  for (std::size_t i = 0; i < vertices; ++i) parents[i] = root(parents, static_cast<vertex>(i));
  return parents;
}

bool print_comparison(std::span<const vertex> labels, std::span<const vertex> right) {
  std::size_t different = 0;
  for (std::size_t i = 0; i < right.size(); ++i) {
    if (labels[i] != right[i]) ++different;
  }
  fmt::print("Labels that differ from those of a serial union-find: {}, allowed is 0: {}\n", different,
             different == 0 ? "good" : "WRONG");
  return different == 0;
}

}  // namespace components
