#include "run.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <limits>

namespace cg {

namespace {

const char* verdict(bool good) { return good ? "good" : "WRONG"; }

double two_norm(const std::vector<double>& of) { return std::sqrt(dot(of, of)); }

/// a - b.
std::vector<double> difference(std::vector<double> a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] -= b[i];
  return a;
}

/// The residual of the recurrence drifts from the true one by rounding, in proportion to the sizes of A and x.
bool verify_residual(const matrix& with, const outcome& result, double true_residual, double size) {
  const double recurrence = std::sqrt(result.last.residual) / size;
  const double rounding = std::numeric_limits<double>::epsilon() * (10 + static_cast<double>(result.times.size())) *
                          norm(with) * std::sqrt(static_cast<double>(with.rows)) / size;
  const double allowed = 1.01 * recurrence + 10 * rounding;
  const bool good = true_residual <= allowed;
  fmt::print("True residual |b - A x| / |b|, by a serial product: {:.3e}, allowed is {:.3e}: {}\n", true_residual,
             allowed, verdict(good));
  return good;
}

/// b is A * ones. The error is at most the residual's inverse image: |x - 1| <= |b - A x| / the least eigenvalue.
bool verify_solution(const matrix& with, const std::vector<double>& x, double residual) {
  const std::vector<double> ones(with.rows, 1.0);
  const double error = two_norm(difference(x, ones));
  const double least = least_eigenvalue(with);
  if (least == 0) {
    fmt::print("Error of the solution, |x - 1| / |1|: {:.3e}; of a matrix from a file nothing says what is allowed\n",
               error / std::sqrt(static_cast<double>(with.rows)));
    return true;
  }
  const double rounding = 1e-12 * std::sqrt(static_cast<double>(with.rows));
  const double allowed = 1.001 * residual / least + rounding / least;
  const bool good = error <= allowed;
  fmt::print("Error of the solution, |x - 1|: {:.3e}, allowed is {:.3e} by the least eigenvalue: {}\n", error, allowed,
             verdict(good));
  return good;
}

bool verify_solver(const matrix& with, const outcome& result) {
  const std::vector<double> b = product(with, std::vector<double>(with.rows, 1.0));
  const double residual = two_norm(difference(b, product(with, result.values)));
  const double size = two_norm(b);
  const bool residual_good = verify_residual(with, result, residual / size, size);
  return verify_solution(with, result.values, residual) && residual_good;
}

bool report_solver(const matrix& with, const outcome& result, bool verify) {
  if (result.how == ending::nothing_to_solve) {
    fmt::print(stderr, "cg: the right-hand side A * ones has the square {}: nothing can be solved\n",
               result.right_hand_side);
    return false;
  }
  const std::size_t iterations = result.times.size();
  apps::print_times("iteration", result.times);
  if (result.how == ending::not_positive_definite) {
    fmt::print(stderr, "cg: the matrix is not positive definite: p . A p is {} in iteration {}\n",
               result.last.curvature, iterations);
    return false;
  }
  fmt::print("{} after {} iterations: residual {:.3e}\n",
             result.how == ending::converged ? "Converged" : "Not yet converged", iterations,
             std::sqrt(result.last.residual / result.right_hand_side));
  return !verify || verify_solver(with, result);
}

bool report_products(const matrix& with, const outcome& result, bool verify) {
  constexpr double allowed = 1e-10;
  apps::print_times("product", result.times);
  if (!verify) return true;
  std::vector<double> expected(with.rows);
  for (std::size_t i = 0; i < with.rows; ++i) expected[i] = start_value(i);
  const double by = norm(with);
  for (std::size_t i = 0; i < result.times.size(); ++i) {
    expected = product(with, expected);
    if (by == 0) continue;
    for (double& each : expected) each /= by;
  }
  const double size = two_norm(expected);
  const double error = two_norm(difference(result.values, expected));
  const bool good = error <= allowed * size;
  fmt::print("Error against serial products: {:.1e}, allowed is {:.0e}: {}\n", size == 0 ? error : error / size,
             allowed, verdict(good));
  return good;
}

}  // namespace

double start_value(std::size_t element) { return 1 + static_cast<double>(element * 2654435761U / 65536 % 1024) / 1024; }

std::optional<matrix> load_on_first(const settings& from, const apps::place& at) {
  if (at.rank != 0) return std::nullopt;
  try {
    matrix loaded = load(from);
    fmt::print("{} ranks, {}: {} rows\n", at.ranks, description(from), loaded.rows);
    std::fflush(stdout);  // mpirun's pipe would keep it until the end
    return loaded;
  } catch (const std::exception& error) {
    fmt::print(stderr, "cg: {}\n", error.what());
    return std::nullopt;
  }
}

bool report(const std::optional<matrix>& loaded, const outcome& result, const settings& with) {
  if (!loaded) return true;
  const bool good =
      with.products != 0 ? report_products(*loaded, result, with.verify) : report_solver(*loaded, result, with.verify);
  std::fflush(stdout);
  return good;
}

}  // namespace cg
