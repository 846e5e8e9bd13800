// The course of the program, whatever the ranks exchange elements by.
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

#include <fmt/core.h>

#include "../common/ranks.hpp"
#include "../common/times.hpp"
#include "matrix.hpp"
#include "recurrence.hpp"

namespace cg {

enum class ending { converged, all_iterations, not_positive_definite, nothing_to_solve };

struct outcome {
  std::vector<apps::seconds> times;
  std::vector<double> values;  // the vector that was computed, on rank 0

  // Of the solver.
  ending how = ending::all_iterations;
  double right_hand_side = 0;  // b . b
  iteration last;
};

/// Rank 0 returns the matrix, the others nothing. Empty on rank 0 means failure, which it has explained.
[[nodiscard]] std::optional<matrix> load_on_first(const settings& from, const apps::place& at);

/// On rank 0: prints the result and the comparison; returns whether that is right. The others return true.
[[nodiscard]] bool report(const std::optional<matrix>& loaded, const outcome& result, const settings& with);

/// The vector that is multiplied again and again.
[[nodiscard]] double start_value(std::size_t element);

/// Collective. Solves A x = A * ones. A `Solver` has `right_hand_side()`, the square of that vector; `step()`, an
/// iteration, which is collective; and `values()`, all of x on rank 0, which is too.
template <class Solver>
[[nodiscard]] outcome solve(Solver& solver, const settings& with, const apps::place& at) {
  outcome result;
  result.right_hand_side = result.last.residual = solver.right_hand_side();
  const double size = std::sqrt(result.right_hand_side);
  // A residual whose square is no number any more would say nothing.
  const double enough = std::max(with.tolerance, 1e-100);
  if (!(size > 0 && std::isfinite(size))) result.how = ending::nothing_to_solve;
  apps::progress progress("iteration", at.rank == 0);
  for (std::size_t i = 1; i <= with.iterations && result.how == ending::all_iterations; ++i) {
    result.times.push_back(apps::time_of([&] { result.last = solver.step(); }));
    const double residual = std::sqrt(result.last.residual) / size;
    if (!(result.last.curvature > 0 && std::isfinite(result.last.residual))) {
      result.how = ending::not_positive_definite;
    } else if (residual <= enough) {
      result.how = ending::converged;
    }
    progress.at(i, [&] { return fmt::format("residual {:.3e}", residual); });
  }
  result.values = solver.values();
  return result;
}

/// Collective. Multiplies again and again; a `Products` has `step()`, which replaces the vector by its product divided
/// by the matrix's norm, and `values()`, all of the vector on rank 0; both are collective.
template <class Products>
[[nodiscard]] outcome multiply(Products& products, const settings& with, const apps::place& at) {
  outcome result;
  apps::progress progress("product", at.rank == 0);
  for (std::size_t i = 1; i <= with.products; ++i) {
    result.times.push_back(apps::time_of([&] { products.step(); }));
    progress.at(i, [&] { return fmt::format("{:.3f} ms", apps::milliseconds(result.times.back())); });
  }
  result.values = products.values();
  return result;
}

}  // namespace cg
