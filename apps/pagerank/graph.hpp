// A directed graph in the plain memory of one process: what the readers return and the serial computation works on.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace pagerank {

/// A node's number, from 0.
using node = std::uint32_t;

/// How many nodes a graph may have at most, so that `node` can number them.
inline constexpr std::size_t max_nodes = std::numeric_limits<node>::max();

struct edge {
  node from;
  node to;

  friend auto operator<=>(const edge&, const edge&) = default;
};

/// Made by `make_graph`, whose promises the members keep.
struct graph {
  std::size_t nodes = 0;

  /// Sorted by target, then by source; none twice. An edge may lead from a node to itself.
  std::vector<edge> edges;

  /// One name a node, or empty where nodes have only numbers.
  std::vector<std::string> names;

  /// What the reader left out, for people to read; empty if nothing.
  std::string remark;

  /// The node's name, or its number counted from 1, as Matrix Market files do.
  [[nodiscard]] std::string name(node which) const;
};

/// A graph of these edges, in any order and with repetitions. Throws std::invalid_argument if there are no edges, more
/// than `max_nodes` nodes, an edge whose end is no node, or names whose number is neither 0 nor `nodes`.
[[nodiscard]] graph make_graph(std::size_t nodes, std::vector<edge> edges, std::vector<std::string> names = {});

/// The edges as compressed sparse rows, one row for each node: those that lead to node i come from
/// `sources[offsets[i]]` to `sources[offsets[i + 1] - 1]`, in ascending order.
struct incoming_edges {
  std::vector<std::uint64_t> offsets;
  std::vector<node> sources;
};

[[nodiscard]] incoming_edges incoming(const graph& of);

/// How many edges leave each node.
[[nodiscard]] std::vector<std::uint32_t> out_degrees(const graph& of);

}  // namespace pagerank
