// Options and course of the program, whatever the ranks add up by.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <fmt/core.h>

#include "../common/command_line.hpp"
#include "../common/ranks.hpp"
#include "../common/times.hpp"
#include "lloyd.hpp"

namespace kmeans {

struct settings {
  problem what;
  std::size_t iterations = 100;
  bool verify = true;
};

using command_line = apps::command_line<settings>;

/// See apps::options::parse.
[[nodiscard]] command_line parse_command_line(int argc, char** argv, bool speak);

/// What one iteration did, over all points.
struct iteration {
  std::size_t changed = 0;
  double inertia = 0;
};

/// Prints the comparison with a serial run; returns whether all is right.
[[nodiscard]] bool verify(const result& of, const settings& with);

/// Collective. What the program does with a `Clustering`, which has `step()`, one iteration, which is collective, and
/// `means()`, the centroids, the same on all ranks. Returns on rank 0 whether the result is right, on others true.
template <class Clustering>
[[nodiscard]] bool run(Clustering& on, const settings& with, const apps::place& at) {
  if (at.rank == 0) {
    fmt::print("{} ranks, {} points in {} dimensions, {} clusters\n", at.ranks, with.what.points, dimensions,
               with.what.clusters);
    std::fflush(stdout);
  }
  apps::progress progress("iteration", at.rank == 0);
  std::vector<apps::seconds> times;
  result computed;
  do {
    iteration last;
    times.push_back(apps::time_of([&] { last = on.step(); }));
    computed.inertias.push_back(last.inertia);
    computed.changed_last = last.changed;
    progress.at(times.size(), [&] {
      return fmt::format("inertia {:.6e}, {} points changed their cluster", last.inertia, last.changed);
    });
  } while (computed.changed_last > 0 && times.size() < with.iterations);
  if (at.rank != 0) return true;

  for (std::size_t i = 0; i < with.what.clusters; ++i) computed.centroids.push_back(on.means()[i]);
  apps::print_times("iteration", times);
  fmt::print("{} after {} iterations: inertia {:.9e}\n", computed.changed_last == 0 ? "Converged" : "Not yet converged",
             times.size(), computed.inertias.back());
  const bool good = !with.verify || verify(computed, with);
  std::fflush(stdout);
  return good;
}

}  // namespace kmeans
