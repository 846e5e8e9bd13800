// Options, course and output of the program, whatever the ranks share the bodies and the tree by.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "../common/command_line.hpp"
#include "../common/ranks.hpp"
#include "../common/times.hpp"
#include "bodies.hpp"
#include "simulation.hpp"
#include "verify.hpp"

namespace nbody {

struct settings {
  problem what;
  std::size_t steps = 20;
  std::string picture_file;
  bool verify = true;
};

using command_line = apps::command_line<settings>;

/// See apps::options::parse.
[[nodiscard]] command_line parse_command_line(int argc, char** argv, bool speak);

/// Draws the bodies, seen along the third axis, as dots. Throws std::runtime_error when the file cannot be written.
void write_picture(const std::string& file, std::span<const point> bodies);

/// Collective. All steps; prints, on rank 0, how far they are and how long they took.
template <class Space>
void run_steps(simulation<Space>& stars, std::size_t steps, const apps::place& at) {
  const std::size_t every = std::max<std::size_t>(1, steps / 10);
  std::vector<apps::seconds> times;
  for (std::size_t step = 1; step <= steps; ++step) {
    times.push_back(apps::time_of([&] { stars.step(); }));
    if (step % every != 0) continue;
    const totals now = stars.sum();
    if (at.rank != 0) continue;
    fmt::print("step {:6} of {}  {:8.3f} ms  energy {:.8f}\n", step, steps, apps::milliseconds(times.back()),
               now.energy());
    std::fflush(stdout);  // mpirun's pipe would keep it until the end
  }
  if (at.rank == 0) apps::print_times("step", times);
}

/// Collective. Returns, on rank 0, whether the result is right; the others return true.
template <class Space>
bool verify(const Space& space, const simulation<Space>& stars, const problem& of, const totals& before,
            const apps::place& at) {
  const totals after = stars.sum();
  const std::size_t distance = std::max<std::size_t>(1, of.bodies / checked_at_least);
  const auto checked = space.gather(stars.checked(distance), distance, of.bodies);
  const auto& all = space.all_bodies();
  if (at.rank != 0) return true;
  const bool conserved = print_conservation(before, after);
  return print_comparison(checked, all, of) && conserved;
}

/// On rank 0, which goes on with the others when it fails: returns whether it went well.
inline bool draw(std::span<const point> bodies, const std::string& file) {
  try {
    write_picture(file, bodies);
    return true;
  } catch (const std::exception& error) {
    fmt::print(stderr, "nbody: {}\n", error.what());
    return false;
  }
}

/// Collective. What the program does with a `Space`; returns its exit status, on rank 0 at least.
template <class Space>
int run(Space& space, const settings& with, const apps::place& at) {
  if (at.rank == 0) {
    fmt::print("{} ranks, {} bodies, {} steps of {}, theta {}, softening {}\n", at.ranks, with.what.bodies, with.steps,
               with.what.time_step, with.what.theta, with.what.softening);
    std::fflush(stdout);
  }
  simulation<Space> stars(space, with.what, at);
  const totals before = stars.sum();
  run_steps(stars, with.steps, at);
  const bool drawn = with.picture_file.empty() || at.rank != 0 || draw(space.all_bodies(), with.picture_file);
  const bool good = !with.verify || verify(space, stars, with.what, before, at);
  return drawn && good ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace nbody
