// Connected components in distributed shared memory; README.md says what is where.

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "../bfs/shared_graph.hpp"
#include "command_line.hpp"
#include "run.hpp"
#include "shared_labels.hpp"
#include "source.hpp"

namespace components {

namespace {

int run_with(const settings& with) {
  const place at{.rank = liana::rank(), .ranks = liana::size()};
  std::optional<edge_part> made = make_edges(with, at);
  if (!liana::broadcast(made.has_value(), 0)) return EXIT_FAILURE;
  edge_part edges = made ? std::move(*made) : edge_part{};
  edges.vertices = liana::broadcast(edges.vertices, 0);
  edges.edges = liana::broadcast(edges.edges, 0);
  if (!made) edges.edges_before = edges.edges;

  const bfs::partition among(edges.vertices, at.ranks);
  bfs::shared_graph graph(among);
  graph.build(bfs::deal_out(edges.own, among, at.ranks), edges.edges_before, edges.edges);
  shared_labels labels(among);
  const bool good = run(labels, graph.rows(), among, edges, with, at);
  labels.destroy();
  graph.destroy();
  return liana::broadcast(good, 0) ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

}  // namespace components

int main(int argc, char** argv) {
  try {
    const liana::runtime runtime(argc, argv);
    const auto [with, exit_code] = components::parse_command_line(argc, argv, liana::rank() == 0);
    return exit_code ? *exit_code : components::run_with(with);
  } catch (const std::exception& error) {
    fmt::print(stderr, "components: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
