// Options, input, course and output of the program, whatever the ranks exchange by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "../bfs/kronecker.hpp"
#include "../bfs/rows.hpp"
#include "../common/command_line.hpp"
#include "../common/ranks.hpp"
#include "../common/times.hpp"
#include "../pagerank/readers.hpp"
#include "hooking.hpp"

namespace components {

struct settings {
  pagerank::graph_source files;

  /// Scale 0: the graph is read from a file.
  bfs::kronecker_graph generated{.scale = 0};

  std::size_t runs = 5;
  std::size_t top = 5;
  bool verify = true;
};

using command_line = apps::command_line<settings>;

/// See apps::options::parse.
[[nodiscard]] command_line parse_command_line(int argc, char** argv, bool speak);

using bfs::edge;
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
[[nodiscard]] std::optional<edge_part> make_edges(const settings& from, const apps::place& at);

/// On rank 0: all edges, from which to check.
[[nodiscard]] std::vector<edge> all_edges(const settings& from, const edge_part& own);

/// A component.
struct component {
  vertex first = 0;  // the least of its vertices
  std::size_t size = 0;
};

/// The components, the largest first, those of one size by their first vertices. Labels are numbers of first vertices.
[[nodiscard]] std::vector<component> sizes_of(std::span<const vertex> labels);

void print_components(std::span<const component> all, std::size_t top, const std::vector<std::string>& names);

/// The number of the first vertex in the component of each vertex, by union-find with path halving.
[[nodiscard]] std::vector<vertex> serial_components(std::size_t vertices, std::span<const edge> edges);

/// Prints how many labels differ, and returns whether none does.
[[nodiscard]] bool print_comparison(std::span<const vertex> labels, std::span<const vertex> right);

/// On rank 0: prints the result and compares it; returns whether it is right.
[[nodiscard]] inline bool report(const std::vector<vertex>& labels, const edge_part& edges, const settings& with,
                                 const std::vector<apps::seconds>& times) {
  print_components(sizes_of(labels), with.top, edges.names);
  apps::print_times("run", times);
  return !with.verify || print_comparison(labels, serial_components(edges.vertices, all_edges(with, edges)));
}

/// Collective. Finds the components anew; returns after how many rounds. The members of `Labels` are all collective:
///   `start()`        labels every vertex by itself
///   `all()`          the labels of all vertices
///   `lower(by)`      makes them less as `by` wants it; returns whether any rank has changed any
template <class Labels>
std::size_t find_components(Labels& labels, hooking& by) {
  labels.start();
  for (std::size_t round = 1;; ++round) {
    by.look(labels.all());
    if (!labels.lower(by)) return round;
  }
}

/// Collective. Returns, on rank 0, whether the result is right; the others return true.
template <class Labels>
bool run(Labels& labels, const bfs::own_rows& rows, const bfs::partition& among, const edge_part& edges,
         const settings& with, const apps::place& at) {
  if (at.rank == 0) {
    fmt::print("{} ranks, {} vertices, {} edges\n", at.ranks, edges.vertices, edges.edges);
    std::fflush(stdout);  // mpirun's pipe would keep it until the end
  }
  hooking by(rows, among, at.ranks);
  std::vector<apps::seconds> times;
  for (std::size_t i = 0; i < with.runs; ++i) {
    std::size_t rounds = 0;
    times.push_back(apps::time_of([&] { rounds = find_components(labels, by); }));
    if (at.rank != 0) continue;
    fmt::print("run {:3} of {}  {} rounds  {:8.3f} ms\n", i + 1, with.runs, rounds, apps::milliseconds(times.back()));
    std::fflush(stdout);
  }
  const auto& all = labels.all();
  return at.rank != 0 || report(all, edges, with, times);
}

}  // namespace components
