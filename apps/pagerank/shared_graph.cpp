#include "shared_graph.hpp"

namespace pagerank {

shared_graph share_graph(const std::optional<graph>& of, std::size_t block_bytes) {
  shared_graph shared;
  shared.nodes = liana::broadcast(of ? of->nodes : 0, 0);
  shared.edges = liana::broadcast(of ? of->edges.size() : 0, 0);

  const liana::array_options options{.block_bytes = block_bytes};
  shared.offsets = liana::make_array<std::uint64_t>(shared.nodes + 1, options);
  shared.sources = liana::make_array<node>(shared.edges, options);
  shared.out_degrees = liana::make_array<std::uint32_t>(shared.nodes, options);

  if (of) {
    const incoming_edges rows = incoming(*of);
    shared.offsets.put(0, rows.offsets);
    shared.sources.put(0, rows.sources);
    shared.out_degrees.put(0, out_degrees(*of));
  }
  liana::barrier();
  return shared;
}

void destroy(shared_graph& which) {
  liana::destroy(which.offsets);
  liana::destroy(which.sources);
  liana::destroy(which.out_degrees);
}

}  // namespace pagerank
