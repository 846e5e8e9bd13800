// RandomAccess in distributed shared memory; README.md says what is where.

#include <cstdio>
#include <cstdlib>
#include <exception>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "command_line.hpp"
#include "run.hpp"
#include "shared_table.hpp"
#include "shared_words.hpp"

namespace gups {

namespace {

template <class Words>
int run_with(const settings& with, double allowed) {
  shared_table<Words> table(with);
  const int status = run(table, with, allowed, {.rank = liana::rank(), .ranks = liana::size()});
  table.destroy();
  return status;
}

}  // namespace

}  // namespace gups

int main(int argc, char** argv) {
  try {
    const liana::runtime runtime(argc, argv);
    const auto [with, exit_code] = gups::parse_command_line(argc, argv, liana::rank() == 0);
    if (exit_code) return *exit_code;
    // One word in a hundred may be wrong by the rules of the benchmark.
    return with.by == gups::way::atomics ? gups::run_with<gups::atomic_words>(with, 0)
                                         : gups::run_with<gups::plain_words>(with, 0.01);
  } catch (const std::exception& error) {
    fmt::print(stderr, "gups: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
