// Transposes in distributed shared memory; README.md says what is where.

#include <cstdio>
#include <cstdlib>
#include <exception>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "command_line.hpp"
#include "matrices.hpp"
#include "run.hpp"

int main(int argc, char** argv) {
  try {
    const liana::runtime runtime(argc, argv);
    const auto [with, exit_code] = transpose::parse_command_line(argc, argv, liana::rank() == 0);
    if (exit_code) return *exit_code;
    transpose::matrices on(with.what);
    const int status = transpose::run(on, with, {.rank = liana::rank(), .ranks = liana::size()});
    on.destroy();
    return status;
  } catch (const std::exception& error) {
    fmt::print(stderr, "transpose: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
