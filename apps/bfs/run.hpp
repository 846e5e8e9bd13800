// Options, course and output of the program, whatever the ranks exchange by.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <vector>

#include <fmt/core.h>

#include "../common/command_line.hpp"
#include "../common/ranks.hpp"
#include "../common/times.hpp"
#include "frontier.hpp"
#include "kronecker.hpp"
#include "validate.hpp"

namespace bfs {

struct settings {
  kronecker_graph graph;
  std::size_t roots = 64;
  directions turns;
  bool verify = true;
};

using command_line = apps::command_line<settings>;

/// See apps::options::parse.
[[nodiscard]] command_line parse_command_line(int argc, char** argv, bool speak);

/// One search.
struct outcome {
  apps::seconds time{};
  std::uint64_t edges = 0;  // as they were generated, in the component of the root, each of as many as are the same
};

/// Traversed edges per second: least, quartiles, greatest, harmonic mean, as Graph500 wants them; and the line with the
/// times. There is at least one search.
void print_statistics(const std::vector<outcome>& of);

/// Prints what all searches together violate, and returns whether that is nothing.
[[nodiscard]] bool print_violations(const violations& found, std::size_t searches);

/// The program on one rank. Besides what `search` wants, a `Space` has members that are collective but for `rows`:
///   `build(dealt, edges_before, edges)`  makes rows of the arcs that each rank has dealt out, of so many edges;
///                         those of the ranks before it are `edges_before`
///   `rows()`              those of own vertices
///   `find_rows(which)`    the rows of any vertices, the same list on all ranks
///   `with_parents(f)`     calls f(span) with own parents, which others may read afterwards
///   `all_parents()`       of all vertices
///   `unite(bitmap)`       in the words of own vertices, bits become 1 that are 1 on any rank
///   `sum(violations)`     of all ranks
template <class Space>
class program {
 public:
  program(Space& space, const settings& with, const partition& among, const apps::place& at)
      : space_(space), with_(with), among_(among), at_(at), rank_(static_cast<std::size_t>(at.rank)) {}

  /// Collective. Returns the exit status, the same on all ranks.
  int run() {
    say("{} ranks, {} vertices, {} edges\n", at_.ranks, with_.graph.vertices(), with_.graph.edges());
    make_graph();
    choose_roots();
    if (roots_.empty()) {
      say("No vertex has an edge to another one: there is nothing to search\n");
      return EXIT_SUCCESS;
    }
    search_all();
    if (at_.rank == 0) print_statistics(outcomes_);
    if (!with_.verify) return EXIT_SUCCESS;
    if (at_.rank == 0 && !print_violations(found_, roots_.size())) return EXIT_FAILURE;
    return found_.sum() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
  }

 private:
  template <class... Values>
  void say(fmt::format_string<const Values&...> format, const Values&... values) const {
    if (at_.rank != 0) return;
    fmt::print(format, values...);
    std::fflush(stdout);  // mpirun's pipe would keep it until the end
  }

  /// Generates a part of the edges on each rank, and makes rows of them.
  void make_graph() {
    const auto ranks = static_cast<std::size_t>(at_.ranks);
    const std::size_t edges = with_.graph.edges();
    const std::size_t first = edges * rank_ / ranks;
    const auto generation = apps::time_of([&] { edges_ = with_.graph.edges(first, edges * (rank_ + 1) / ranks); });
    const auto construction = apps::time_of([&] { space_.build(deal_out(edges_, among_, at_.ranks), first, edges); });
    if (!with_.verify) edges_ = {};
    std::uint64_t arcs = 0;
    for (const row& each : space_.rows().of) arcs += each.degree;
    arcs_ = space_.sum(frontier_size{.vertices = 0, .arcs = arcs}).arcs;
    say("Generated in {:.3f} s, made into rows in {:.3f} s: {} different edges\n", generation.count(),
        construction.count(), arcs_ / 2);
  }

  /// Vertices that have edges to others, in the order of another renaming.
  void choose_roots() {
    constexpr std::size_t at_once = 256;
    const std::size_t vertices = with_.graph.vertices();
    for (std::size_t first = 0; first < vertices && roots_.size() < with_.roots; first += at_once) {
      std::vector<std::size_t> some;
      for (std::size_t i = first; i < std::min(first + at_once, vertices); ++i) {
        some.push_back(with_.graph.renamed(i, 1));
      }
      const std::vector<row> rows = space_.find_rows(some);
      for (std::size_t i = 0; i < some.size() && roots_.size() < with_.roots; ++i) {
        if (rows[i].degree != 0) roots_.push_back(static_cast<vertex>(some[i]));
      }
    }
  }

  void search_all() {
    frontier mine(space_.rows(), among_, at_);
    std::vector<std::vector<step>> out(static_cast<std::size_t>(at_.ranks));
    bitmap all(among_.vertices());
    const std::size_t every = std::max<std::size_t>(1, roots_.size() / 8);
    for (std::size_t i = 0; i < roots_.size(); ++i) {
      outcome result;
      (void)space_.sum(frontier_size{});  // all begin at once
      result.time = apps::time_of([&] {
        space_.with_parents([&](std::span<vertex> parents) {
          mine.start(roots_[i], parents);
          search(space_, mine, out, all, arcs_, with_.turns);
        });
      });
      space_.with_parents([&](std::span<const vertex> parents) { result.edges = edges_in_component(parents); });
      outcomes_.push_back(result);
      if (with_.verify) found_ = found_ + validate(roots_[i]);
      if ((i + 1) % every != 0) continue;
      say("search {:4} of {}  {:8.3f} ms{}\n", i + 1, roots_.size(), apps::milliseconds(result.time),
          found_.sum() == 0 ? "" : "  WRONG");
    }
  }

  /// Collective. Each edge ends at two of its component's vertices.
  std::uint64_t edges_in_component(std::span<const vertex> parents) {
    frontier_size ends;
    const std::span<const row> rows = space_.rows().of;
    for (std::size_t i = 0; i < parents.size(); ++i) {
      if (parents[i] != no_vertex) ends.arcs += rows[i].ends;
    }
    return space_.sum(ends).arcs / 2;
  }

  violations validate(vertex root) {
    const std::vector<vertex> parents = space_.all_parents();
    const std::size_t first = among_.first(rank_);
    const std::size_t end = among_.first(rank_ + 1);
    const claimed_tree tree(parents, root);
    bitmap marked(among_.vertices());
    tree.mark_tree_edges(edges_, marked);
    space_.unite(marked);
    return space_.sum(tree.check(first, end, edges_) + tree.check_marked(first, end, marked));
  }

  Space& space_;
  const settings& with_;
  const partition& among_;
  apps::place at_;
  std::size_t rank_;

  std::vector<edge> edges_;  // a part of all
  std::uint64_t arcs_ = 0;   // of all ranks
  std::vector<vertex> roots_;
  std::vector<outcome> outcomes_;
  violations found_;
};

}  // namespace bfs
