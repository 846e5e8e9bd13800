#include "graph.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/core.h>

namespace pagerank {

namespace {

bool by_target(const edge& a, const edge& b) { return a.to != b.to ? a.to < b.to : a.from < b.from; }

}  // namespace

std::string graph::name(node which) const {
  return names.empty() ? std::to_string(std::size_t{which} + 1) : names.at(which);
}

graph make_graph(std::size_t nodes, std::vector<edge> edges, std::vector<std::string> names) {
  if (nodes > max_nodes) {
    throw std::invalid_argument(fmt::format("{} nodes, at most {} are possible", nodes, max_nodes));
  }
  if (edges.empty()) throw std::invalid_argument("the graph has no edges, so all PageRanks would be equal");
  if (!names.empty() && names.size() != nodes) {
    throw std::invalid_argument(fmt::format("{} names for {} nodes", names.size(), nodes));
  }
  for (const edge& each : edges) {
    if (each.from >= nodes || each.to >= nodes) {
      throw std::invalid_argument(fmt::format("edge {} -> {} in a graph of {} nodes", each.from, each.to, nodes));
    }
  }
  std::sort(edges.begin(), edges.end(), by_target);
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return graph{.nodes = nodes, .edges = std::move(edges), .names = std::move(names), .remark = {}};
}

incoming_edges incoming(const graph& of) {
  incoming_edges result;
  result.offsets.assign(of.nodes + 1, 0);
  result.sources.reserve(of.edges.size());
  for (const edge& each : of.edges) {
    ++result.offsets[std::size_t{each.to} + 1];
    result.sources.push_back(each.from);
  }
  for (std::size_t i = 0; i < of.nodes; ++i) result.offsets[i + 1] += result.offsets[i];
  return result;
}

std::vector<std::uint32_t> out_degrees(const graph& of) {
  std::vector<std::uint32_t> degrees(of.nodes, 0);
  for (const edge& each : of.edges) ++degrees[each.from];
  return degrees;
}

}  // namespace pagerank
