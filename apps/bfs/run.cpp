#include "run.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/core.h>

namespace bfs {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  apps::options all("Breadth-first searches in a Kronecker graph, as in Graph500, on all ranks of a job.");
  all.whole("--scale", values.graph.scale, "the graph has 2^scale vertices", 1, 30);
  all.whole("--edge-factor", values.graph.edge_factor, "edges for each vertex", 1, 1024);
  all.whole("--seed", values.graph.seed, "each seed gives another graph");
  all.whole("--roots", values.roots, "number of searches, each from a different vertex that has edges", 1,
            std::size_t{1} << 20);
  all.decimal("--alpha", values.turns.alpha,
              "search upwards when the frontier has more than 1/alpha of the edges that are left");
  all.decimal("--beta", values.turns.beta,
              "search downwards again when the frontier has less than 1/beta of all vertices");
  all.on_off("verify", values.verify, "check every search by the rules of Graph500");

  result.exit_code = all.parse(argc, argv, speak);
  return result;
}

void print_statistics(const std::vector<outcome>& of) {
  std::vector<double> rates;
  std::vector<apps::seconds> times;
  double inverse = 0;
  for (const outcome& each : of) {
    times.push_back(each.time);
    rates.push_back(static_cast<double>(each.edges) / each.time.count() / 1e6);
    inverse += 1 / rates.back();
  }
  std::sort(rates.begin(), rates.end());
  const auto quantile = [&](std::size_t quarters) { return rates[(rates.size() - 1) * quarters / 4]; };
  fmt::print(
      "Million traversed edges per second: least {:.2f}, quartiles {:.2f} {:.2f} {:.2f}, greatest {:.2f}, harmonic "
      "mean {:.2f}\n",
      quantile(0), quantile(1), quantile(2), quantile(3), quantile(4), static_cast<double>(rates.size()) / inverse);
  apps::print_times("traversal", times);
}

bool print_violations(const violations& found, std::size_t searches) {
  struct {
    std::string_view rule;
    std::uint64_t count;
  } const all[] = {{"1: the parents form a tree", found.no_tree},
                   {"2: tree edges join levels that differ by one", found.tree_level},
                   {"3: edges join levels that differ by at most one", found.edge_level},
                   {"4: the tree spans the component", found.component},
                   {"5: vertices are joined to their parents by edges", found.no_edge}};
  fmt::print("Violations in {} searches of the rules\n", searches);
  for (const auto& [rule, count] : all) {
    fmt::print("  {:50} {}, allowed is 0: {}\n", rule, count, count == 0 ? "good" : "WRONG");
  }
  return found.sum() == 0;
}

}  // namespace bfs
