// Options and course of the program, wherever the matrices' tiles lie.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <fmt/core.h>

#include "../common/command_line.hpp"
#include "../common/ranks.hpp"
#include "../common/times.hpp"
#include "tiles.hpp"

namespace transpose {

struct settings {
  problem what;
  std::size_t iterations = 10;
  bool verify = true;
};

using command_line = apps::command_line<settings>;

/// See apps::options::parse.
[[nodiscard]] inline command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  apps::options all("The transpose of a dense matrix, on all ranks of a job.");
  // What the elements add up to stays a whole number that a double holds.
  all.whole("--order", values.what.order, "rows and columns of the matrix", 1, std::size_t{1} << 20);
  all.whole("--iterations", values.iterations, "how often it is transposed", 1, 4096);
  all.on_off("verify", values.verify, "compare with the closed form");

  result.exit_code = all.parse(argc, argv, speak);
  return result;
}

/// Collective. Returns whether the result is right. All numbers are whole and small enough to be exact.
template <class Matrices>
[[nodiscard]] bool verify(const Matrices& which, std::size_t iterations, const apps::place& at) {
  const double error = which.error(iterations);
  const bool good = error == 0;
  if (at.rank == 0) {
    fmt::print("Greatest error against the closed form: {}, allowed is 0: {}\n", error, good ? "good" : "WRONG");
  }
  return good;
}

/// Collective. What the program does with `Matrices` that have the start values; returns its exit status. They have
/// `step()`, one iteration, and `error(iterations)`, the greatest difference of any element of b from the closed form
/// after so many iterations, the same on all ranks; both are collective.
template <class Matrices>
[[nodiscard]] int run(Matrices& on, const settings& with, const apps::place& at) {
  const std::size_t order = with.what.order;
  if (at.rank == 0) {
    fmt::print("{} ranks, {} x {} elements, {} iterations\n", at.ranks, order, order, with.iterations);
    std::fflush(stdout);
  }
  apps::progress progress("iteration", at.rank == 0);
  std::vector<apps::seconds> times;
  for (std::size_t i = 1; i <= with.iterations; ++i) {
    times.push_back(apps::time_of([&] { on.step(); }));
    progress.at(i, [&] { return fmt::format("{:.3f} ms", apps::milliseconds(times.back())); });
  }
  if (at.rank == 0) {
    const double bytes = 2 * sizeof(double) * static_cast<double>(order) * static_cast<double>(order);
    apps::print_times("iteration", times);
    fmt::print("{:.3f} GB/s at best: a read and b written, once each\n",
               bytes / std::min_element(times.begin(), times.end())->count() / 1e9);
  }
  return !with.verify || verify(on, with.iterations, at) ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace transpose
