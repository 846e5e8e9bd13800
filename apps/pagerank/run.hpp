// The course of the program, whatever the ranks exchange the shares by.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "../times.hpp"
#include "command_line.hpp"
#include "graph.hpp"
#include "report.hpp"

namespace pagerank {

/// Which of how many ranks this is.
struct place {
  int rank;
  int ranks;
};

/// Rank 0 returns the graph, the others nothing. Empty on rank 0 means failure, which it has explained.
[[nodiscard]] std::optional<graph> read_on_first(const settings& from, const place& at);

/// On rank 0: prints the result, how it went, and the comparison with a serial computation; returns whether that is
/// right. The others return true.
[[nodiscard]] bool report(const std::optional<graph>& read, const outcome& result, const settings& with);

/// Collective. Iterates until it is enough. An `Iteration` has `step()`, which returns the residual, and `values()`,
/// the PageRanks of all nodes on rank 0; both are collective.
template <class Iteration>
[[nodiscard]] outcome iterate(Iteration& iteration, const parameters& with, const place& at) {
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
