// k-means in distributed shared memory; README.md says what is where.

#include <cstdio>
#include <cstdlib>
#include <exception>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "clustering.hpp"
#include "command_line.hpp"
#include "run.hpp"

int main(int argc, char** argv) {
  try {
    const liana::runtime runtime(argc, argv);
    const auto [with, exit_code] = kmeans::parse_command_line(argc, argv, liana::rank() == 0);
    if (exit_code) return *exit_code;
    kmeans::clustering on(with.what);
    const bool good = kmeans::run(on, with, {.rank = liana::rank(), .ranks = liana::size()});
    on.destroy();
    return liana::broadcast(good, 0) ? EXIT_SUCCESS : EXIT_FAILURE;
  } catch (const std::exception& error) {
    fmt::print(stderr, "kmeans: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
