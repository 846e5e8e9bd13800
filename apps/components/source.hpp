// Where the edges come from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "../bfs/kronecker.hpp"
#include "../bfs/partition.hpp"
#include "command_line.hpp"

namespace components {

using bfs::edge;
using bfs::place;
using bfs::vertex;

/// One rank's part of the edges, and how large the whole is.
struct edge_part {
  std::uint64_t vertices = 0;
  std::uint64_t edges = 0;         // of all ranks
  std::uint64_t edges_before = 0;  // those of the ranks before this one
  std::vector<edge> own;
  std::vector<std::string> names;  // rank 0, where the vertices have any
};

/// Rank 0 has all edges of a file, and the others none and do not know how many there are; of a generated graph each
/// rank makes a part. Empty on rank 0 means failure, which it has explained.
[[nodiscard]] std::optional<edge_part> make_edges(const settings& from, const place& at);

/// On rank 0: all edges, from which to check.
[[nodiscard]] std::vector<edge> all_edges(const settings& from, const edge_part& own);

}  // namespace components
