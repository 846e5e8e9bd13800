// Options, course and output of the program, whatever the ranks exchange the shares by.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "../common/command_line.hpp"
#include "../common/ranks.hpp"
#include "../common/times.hpp"
#include "graph.hpp"
#include "readers.hpp"
#include "serial_pagerank.hpp"

namespace pagerank {

/// What the command line says.
struct settings : graph_source {
  parameters computation;
  std::size_t block_bytes = 16384;
  int top = 20;
  bool verify = true;
};

using command_line = apps::command_line<settings>;

/// See apps::options::parse.
[[nodiscard]] command_line parse_command_line(int argc, char** argv, bool speak);

/// A PageRank as it is printed.
[[nodiscard]] std::string printed(double value);

/// The nodes with the highest values, at most `count`, highest first. Values that print alike are ordered by name, so
/// that the order does not hang on the last bits, which the number of ranks in the job decides.
[[nodiscard]] std::vector<node> highest(const graph& of, const std::vector<double>& values, std::size_t count);

/// The result of the computation and how it went.
struct outcome {
  std::vector<double> values;        // PageRank of each node
  std::vector<double> residuals;     // one each iteration
  std::vector<apps::seconds> times;  // one each iteration
};

/// A line about the last iteration, now and then.
void print_progress(const outcome& so_far);

/// Rank 0 returns the graph, the others nothing. Empty on rank 0 means failure, which it has explained.
[[nodiscard]] std::optional<graph> read_on_first(const settings& from, const apps::place& at);

/// On rank 0: prints the result, how it went, and the comparison with a serial computation; returns whether that is
/// right. The others return true.
[[nodiscard]] bool report(const std::optional<graph>& read, const outcome& result, const settings& with);

/// Collective. Iterates until it is enough. An `Iteration` has `step()`, which returns the residual, and `values()`,
/// the PageRanks of all nodes on rank 0; both are collective.
template <class Iteration>
[[nodiscard]] outcome iterate(Iteration& iteration, const parameters& with, const apps::place& at) {
  outcome result;
  for (int i = 0; i < with.max_iterations; ++i) {
    result.times.push_back(apps::time_of([&] { result.residuals.push_back(iteration.step()); }));
    if (at.rank == 0) print_progress(result);
    if (result.residuals.back() < with.tolerance) break;
  }
  result.values = iteration.values();
  return result;
}

}  // namespace pagerank
