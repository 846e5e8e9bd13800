#include <utility>
#include <vector>

#include "../matrix_market.hpp"
#include "readers.hpp"

namespace pagerank {

graph read_matrix_market(std::istream& in, const std::string& name) {
  std::vector<edge> edges;
  const std::size_t nodes = apps::read_matrix_market(
      in, name, [&](const apps::matrix_entry& entry) { edges.push_back({.from = entry.row, .to = entry.column}); });
  return make_graph(nodes, std::move(edges));
}

}  // namespace pagerank
