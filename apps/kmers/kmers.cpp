// k-mers counted in distributed shared memory; README.md says what is where.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>

#include <fmt/core.h>

#include <liana/liana.hpp>

#include "count_table.hpp"
#include "run.hpp"

namespace kmers {

namespace {

/// The table, and what else `run` wants of one.
class shared_counts : public count_table<kmer, kmer_hash> {
 public:
  static constexpr std::size_t keys_at_once = 4096;

  using count_table::count_table;

  static void meet() { liana::barrier(); }
  static std::uint64_t sum(std::uint64_t number) { return liana::all_reduce(number, std::plus<>()); }
  static std::uint64_t greatest(std::uint64_t number) {
    return liana::all_reduce(number, [](std::uint64_t a, std::uint64_t b) { return std::max(a, b); });
  }
};

int run_shared(const settings& with) {
  shared_counts table(with.slots());
  const int status = run(table, with, {.rank = liana::rank(), .ranks = liana::size()});
  table.destroy();
  return status;
}

}  // namespace

}  // namespace kmers

int main(int argc, char** argv) {
  try {
    const liana::runtime runtime(argc, argv);
    const auto [with, exit_code] = kmers::parse_command_line(argc, argv, liana::rank() == 0);
    return exit_code ? *exit_code : kmers::run_shared(with);
  } catch (const std::exception& error) {
    fmt::print(stderr, "kmers: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
