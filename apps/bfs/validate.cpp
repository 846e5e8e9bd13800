#include "validate.hpp"

#include <algorithm>

namespace bfs {

namespace {

constexpr std::uint32_t not_known = ~std::uint32_t{0} - 2;
constexpr std::uint32_t on_the_way = ~std::uint32_t{0} - 3;

}  // namespace

claimed_tree::claimed_tree(std::span<const vertex> parents, vertex root)
    : parents_(parents), root_(root), levels_(parents.size(), not_known) {
  levels_[root] = parents[root] == root ? 0 : broken;
  std::vector<vertex> way;
  for (std::size_t i = 0; i < parents.size(); ++i) find_level(static_cast<vertex>(i), way);
}

/// Follows the parents to a vertex whose level is known, and comes back with levels for all on the way.
void claimed_tree::find_level(vertex of, std::vector<vertex>& way) {
  way.clear();
  for (vertex at = of; levels_[at] == not_known; at = parents_[at]) {
    if (parents_[at] == no_vertex) {
      levels_[at] = no_level;
      break;
    }
    levels_[at] = on_the_way;
    way.push_back(at);
    if (parents_[at] >= parents_.size()) break;
  }
  if (way.empty()) return;
  const vertex end = parents_[way.back()];
  std::uint32_t level = end < parents_.size() ? levels_[end] : broken;
  if (level >= on_the_way) level = broken;
  for (; !way.empty(); way.pop_back()) levels_[way.back()] = level == broken ? broken : ++level;
}

violations claimed_tree::check(std::size_t first, std::size_t end, std::span<const edge> edges) const {
  violations found;
  for (std::size_t i = first; i < end; ++i) {
    const auto which = static_cast<vertex>(i);
    if (!in_tree(which)) continue;
    if (levels_[which] == broken) {
      ++found.no_tree;
    } else if (which != root_ && levels_[which] != levels_[parents_[which]] + 1) {
      ++found.tree_level;
    }
  }
  for (const auto& [a, b] : edges) {
    if (in_tree(a) != in_tree(b)) {
      ++found.component;
    } else if (in_tree(a) && std::max(levels_[a], levels_[b]) - std::min(levels_[a], levels_[b]) > 1) {
      ++found.edge_level;
    }
  }
  return found;
}

void claimed_tree::mark_tree_edges(std::span<const edge> edges, bitmap& marked) const {
  for (const auto& [a, b] : edges) {
    if (parents_[a] == b) marked.set(a);
    if (parents_[b] == a) marked.set(b);
  }
}

violations claimed_tree::check_marked(std::size_t first, std::size_t end, const bitmap& marked) const {
  violations found;
  for (std::size_t i = first; i < end; ++i) {
    const auto which = static_cast<vertex>(i);
    if (which != root_ && in_tree(which) && !marked.test(i)) ++found.no_edge;
  }
  return found;
}

}  // namespace bfs
