// Connected components in distributed shared memory; README.md says what is where.

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <liana/liana.hpp>

#include "../bfs/rows.hpp"
#include "../bfs/shared_graph.hpp"
#include "hooking.hpp"
#include "run.hpp"

namespace components {

namespace {

/// A label for each vertex, at home with the rank whose vertex it is. All ranks read all of them, then all make some
/// less: their own in place, those of others through views, which give a block to one rank at a time.
class shared_labels {
 public:
  /// Collective.
  explicit shared_labels(const bfs::partition& among);

  void start();
  [[nodiscard]] const std::vector<vertex>& all();
  [[nodiscard]] bool lower(const hooking& by);

  /// Collective. Frees the array.
  void destroy() { liana::destroy(labels_); }

 private:
  bool lower_own(std::span<const vertex> to) const;
  bool lower_others(std::span<const proposal> to) const;

  liana::array<vertex> labels_;
  std::vector<vertex> seen_;  // all, when they were last read
};

/// Returns whether that is a change.
bool lower_label(vertex& label, vertex to) {
  if (to >= label) return false;
  label = to;
  return true;
}

shared_labels::shared_labels(const bfs::partition& among)
    : labels_(bfs::by_vertex<vertex>(among, 4096)), seen_(among.vertices()) {}

void shared_labels::start() {
  liana::barrier();  // nobody reads the last result any more
  {
    const auto own = labels_.write_local();
    std::iota(own.begin(), own.end(), static_cast<vertex>(labels_.local_range().first));
  }
  liana::barrier();
}

const std::vector<vertex>& shared_labels::all() {
  labels_.get(0, seen_);
  return seen_;
}

bool shared_labels::lower(const hooking& by) {
  liana::barrier();  // all have read the labels of the last round
  bool changed = lower_own(by.own());
  for (const std::vector<proposal>& each : by.for_others()) changed = lower_others(each) || changed;
  return liana::all_reduce(changed, std::logical_or<>());
}

bool shared_labels::lower_own(std::span<const vertex> to) const {
  const auto own = labels_.write_local();
  bool changed = false;
  for (std::size_t i = 0; i < to.size(); ++i) changed = lower_label(own[i], to[i]) || changed;
  return changed;
}

bool shared_labels::lower_others(std::span<const proposal> to) const {
  const std::size_t in_block = labels_.block_elements();
  bool changed = false;
  while (!to.empty()) {
    const std::size_t first = to.front().which / in_block * in_block;
    const auto block = labels_.write(first, std::min(in_block, labels_.size() - first));
    std::size_t done = 0;
    for (; done < to.size() && to[done].which < first + block.size(); ++done) {
      changed = lower_label(block[to[done].which - first], to[done].label) || changed;
    }
    to = to.subspan(done);
  }
  return changed;
}

int run_with(const settings& with) {
  const apps::place at{.rank = liana::rank(), .ranks = liana::size()};
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
