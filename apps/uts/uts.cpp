// Unbalanced tree search with a work queue in distributed shared memory; README.md says what is where.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>

#include <fmt/core.h>

#include <liana/liana.hpp>

#include "run.hpp"

namespace uts {

namespace {

/// See run.
class shared_job {
 public:
  liana::work_queue<node>& work() { return work_; }

  [[nodiscard]] static std::uint64_t sum(std::uint64_t mine) { return liana::all_reduce(mine, std::plus<>()); }
  [[nodiscard]] static std::uint64_t greatest(std::uint64_t mine) {
    return liana::all_reduce(mine, [](std::uint64_t a, std::uint64_t b) { return std::max(a, b); });
  }

  /// Collective.
  void destroy() { liana::destroy(work_); }

 private:
  liana::work_queue<node> work_ = liana::make_work_queue<node>();
};

}  // namespace

}  // namespace uts

int main(int argc, char** argv) {
  try {
    const liana::runtime runtime(argc, argv);
    const auto [of, exit_code] = uts::parse_command_line(argc, argv, liana::rank() == 0);
    if (exit_code) return *exit_code;
    uts::shared_job job;
    const int status = uts::run(job, of, {.rank = liana::rank(), .ranks = liana::size()});
    job.destroy();
    return status;
  } catch (const std::exception& error) {
    fmt::print(stderr, "uts: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
