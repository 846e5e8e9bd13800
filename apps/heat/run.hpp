// Options and course of the program, whatever the plate's points lie in.
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
#include "stencil.hpp"

namespace heat {

struct settings {
  problem what;
  std::size_t steps = 500;
  bool verify = true;
};

using command_line = apps::command_line<settings>;

/// See apps::options::parse.
[[nodiscard]] inline command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  apps::options all("Heat on a square plate, by a five-point stencil, on all ranks of a job.");
  all.whole("--size", values.what.side, "points in each direction, including the boundary", 3, std::size_t{1} << 27);
  all.whole("--steps", values.steps, "steps in time", 1, std::size_t{1} << 40);
  all.decimal("--ratio", values.what.ratio, "length of a step in units of the points' distance squared", 0, 0.25);
  all.on_off("verify", values.verify, "compare with the closed form");

  result.exit_code = all.parse(argc, argv, speak);
  return result;
}

/// Collective. All steps; prints, on rank 0, how far they are and how long they took.
template <class Plate>
void run_steps(Plate& on, std::size_t steps, const apps::place& at) {
  const std::size_t every = std::max<std::size_t>(1, steps / 10);
  std::vector<apps::seconds> times;
  for (std::size_t step = 1; step <= steps; ++step) {
    times.push_back(apps::time_of([&] { on.step(); }));
    if (at.rank != 0 || step % every != 0) continue;
    fmt::print("step {:6} of {}  {:8.3f} ms\n", step, steps, apps::milliseconds(times.back()));
    std::fflush(stdout);  // mpirun's pipe would keep it until the end
  }
  if (at.rank == 0) apps::print_times("step", times);
}

/// Collective. Returns whether the result is right.
template <class Plate>
bool verify(const Plate& which, std::size_t steps, const apps::place& at) {
  constexpr double allowed = 1e-10;
  const double error = which.error(steps);
  const bool good = error <= allowed;
  if (at.rank == 0) {
    fmt::print("Greatest error against the closed form: {:.1e}, allowed is {:.0e}: {}\n", error, allowed,
               good ? "good" : "WRONG");
  }
  return good;
}

/// Collective. What the program does with a `Plate` that has the start values; returns its exit status. A plate has
/// `step()`, one step in time, and `error(steps)`, the greatest difference of any point from the closed form after so
/// many steps, the same on all ranks; both are collective.
template <class Plate>
int run(Plate& on, const settings& with, const apps::place& at) {
  const std::size_t side = with.what.side;
  if (at.rank == 0) {
    fmt::print("{} ranks, {} x {} points, {} steps of {} h^2\n", at.ranks, side, side, with.steps, with.what.ratio);
    std::fflush(stdout);
  }
  run_steps(on, with.steps, at);
  return !with.verify || verify(on, with.steps, at) ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace heat
