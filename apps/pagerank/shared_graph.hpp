// The graph in global arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <liana/liana.hpp>

#include "graph.hpp"

namespace pagerank {

/// Compressed sparse rows of the incoming edges, as in `incoming_edges`, dealt out over all ranks in equal parts,
/// while every rank reads whichever part it needs. Nobody writes to them once they are filled, so a replica stays
/// valid.
struct shared_graph {
  std::size_t nodes = 0;
  std::size_t edges = 0;
  liana::array<std::uint64_t> offsets;      // nodes + 1
  liana::array<node> sources;               // edges
  liana::array<std::uint32_t> out_degrees;  // nodes
};

/// Collective. Moves rank 0's graph into global arrays; the others pass nothing.
[[nodiscard]] shared_graph share_graph(const std::optional<graph>& of, std::size_t block_bytes);

/// Collective. Frees the arrays.
void destroy(shared_graph& which);

}  // namespace pagerank
