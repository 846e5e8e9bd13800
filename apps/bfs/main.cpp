// Breadth-first searches in distributed shared memory; README.md says what is where.

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
    const auto [with, exit_code] = bfs::parse_command_line(argc, argv, liana::rank() == 0);
    if (exit_code) return *exit_code;
    const bfs::place at{.rank = liana::rank(), .ranks = liana::size()};
    const bfs::partition among(with.graph.vertices(), at.ranks);
    bfs::shared_space space(among);
    const int status = bfs::program(space, with, among, at).run();
    space.destroy();
    return status;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bfs: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
