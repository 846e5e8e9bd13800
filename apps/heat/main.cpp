// Heat on a plate in distributed shared memory; README.md says what is where.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "command_line.hpp"
#include "plate.hpp"

namespace heat {

namespace {

using clock = std::chrono::steady_clock;
using seconds = std::chrono::duration<double>;

bool is_first() { return liana::rank() == 0; }

/// Collective. Returns how long all steps took together.
seconds run_steps(plate& on, std::size_t steps) {
  const std::size_t every = std::max<std::size_t>(1, steps / 10);
  const auto start = clock::now();
  for (std::size_t step = 1; step <= steps; ++step) {
    on.step();
    if (!is_first() || step % every != 0) continue;
    const seconds so_far = clock::now() - start;
    fmt::print("step {:6} of {}  {:8.3f} ms a step\n", step, steps, 1000 * so_far.count() / static_cast<double>(step));
    std::fflush(stdout);  // mpirun's pipe would keep it until the end
  }
  return clock::now() - start;
}

/// Collective. Returns whether the result is right.
bool verify(const plate& which, std::size_t steps) {
  constexpr double allowed = 1e-10;
  const double error = which.error(steps);
  const bool good = error <= allowed;
  if (is_first()) {
    fmt::print("Greatest error against the closed form: {:.1e}, allowed is {:.0e}: {}\n", error, allowed,
               good ? "good" : "WRONG");
  }
  return good;
}

int run(const settings& with) {
  const std::size_t side = with.what.side;
  if (is_first()) {
    fmt::print("{} ranks, {} x {} points, {} steps of {} h^2\n", liana::size(), side, side, with.steps,
               with.what.ratio);
    std::fflush(stdout);
  }
  plate on(with.what);
  const seconds taken = run_steps(on, with.steps);
  if (is_first()) {
    const auto cells = static_cast<double>((side - 2) * (side - 2));
    const double per_step = taken.count() / static_cast<double>(with.steps);
    fmt::print("Time per step: {:.3f} ms; {:.1f} million cells per second\n", 1000 * per_step, cells / per_step / 1e6);
  }
  const bool good = !with.verify || verify(on, with.steps);
  on.destroy();
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

}  // namespace heat

int main(int argc, char** argv) {
  try {
    const liana::runtime runtime(argc, argv);
    const auto line = heat::parse_command_line(argc, argv, liana::rank() == 0);
    return line.exit_code ? *line.exit_code : heat::run(line.values);
  } catch (const std::exception& error) {
    fmt::print(stderr, "heat: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
