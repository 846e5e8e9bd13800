// A star cluster in distributed shared memory; README.md says what is where.

#include <cstdio>
#include <cstdlib>
#include <exception>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "command_line.hpp"
#include "run.hpp"
#include "shared_space.hpp"

int main(int argc, char** argv) {
  try {
    const liana::runtime runtime(argc, argv);
    const auto [with, exit_code] = nbody::parse_command_line(argc, argv, liana::rank() == 0);
    if (exit_code) return *exit_code;
    nbody::shared_space space(with.what.bodies);
    const int status = nbody::run(space, with, {.rank = liana::rank(), .ranks = liana::size()});
    space.destroy();
    return liana::broadcast(status, 0);
  } catch (const std::exception& error) {
    fmt::print(stderr, "nbody: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
