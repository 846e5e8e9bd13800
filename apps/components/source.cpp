#include "source.hpp"

#include <cstdio>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include "../pagerank/load_graph.hpp"

namespace components {

namespace {

edge_part generate(const bfs::kronecker_graph& of, const place& at) {
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

std::optional<edge_part> make_edges(const settings& from, const place& at) {
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

}  // namespace components
