// Heat on a plate in distributed shared memory; README.md says what is where.

#include <cstdio>
#include <cstdlib>
#include <exception>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "command_line.hpp"
#include "plate.hpp"
#include "run.hpp"

int main(int argc, char** argv) {
  try {
    const liana::runtime runtime(argc, argv);
    const auto [with, exit_code] = heat::parse_command_line(argc, argv, liana::rank() == 0);
    if (exit_code) return *exit_code;
    heat::plate on(with.what);
    const int status = heat::run(on, with, {.rank = liana::rank(), .ranks = liana::size()});
    on.destroy();
    return status;
  } catch (const std::exception& error) {
    fmt::print(stderr, "heat: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
