// Conjugate gradients in distributed shared memory; README.md says what is where.

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "command_line.hpp"
#include "run.hpp"
#include "shared_matrix.hpp"
#include "solver.hpp"

namespace cg {

namespace {

/// Collective. The values only on rank 0.
outcome compute(const std::optional<matrix>& loaded, const settings& with, const apps::place& at) {
  shared_matrix shared = share(loaded);
  outcome result;
  if (with.products == 0) {
    solver method(shared, with.jacobi);
    destroy(shared);  // every rank has got its rows
    result = solve(method, with, at);
    method.destroy();
  } else {
    products method(shared);
    destroy(shared);
    result = multiply(method, with, at);
    method.destroy();
  }
  return result;
}

int run(const settings& with) {
  const apps::place at{.rank = liana::rank(), .ranks = liana::size()};
  const std::optional<matrix> loaded = load_on_first(with, at);
  if (!liana::broadcast(loaded.has_value(), 0)) return EXIT_FAILURE;
  const outcome result = compute(loaded, with, at);
  return liana::broadcast(report(loaded, result, with), 0) ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

}  // namespace cg

int main(int argc, char** argv) {
  try {
    const liana::runtime runtime(argc, argv);
    const auto [with, exit_code] = cg::parse_command_line(argc, argv, liana::rank() == 0);
    return exit_code ? *exit_code : cg::run(with);
  } catch (const std::exception& error) {
    fmt::print(stderr, "cg: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
