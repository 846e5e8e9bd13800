// The course of the program, whatever the ranks exchange by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "../bfs/rows.hpp"
#include "../times.hpp"
#include "command_line.hpp"
#include "hooking.hpp"
#include "report.hpp"
#include "source.hpp"

namespace components {

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
         const settings& with, const place& at) {
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
