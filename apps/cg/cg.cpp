// Conjugate gradients in distributed shared memory; README.md says what is where.

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <liana/liana.hpp>

#include "../common/ranks.hpp"
#include "matrix.hpp"
#include "recurrence.hpp"
#include "run.hpp"
#include "shared_matrix.hpp"
#include "split_rows.hpp"

namespace cg {

namespace {

/// The elements of others that a rank needs of a shared vector, again and again.
class halo {
 public:
  /// `needed` in ascending order; `of` is any array that is to be read by this, all of which have blocks of one size.
  halo(const std::vector<column>& needed, const liana::array<double>& of);

  /// Starts to fetch what is far; does not wait.
  void prefetch(const liana::array<double>& from) const;

  /// Reads the elements, in the order of `needed`. Good until the next call.
  std::span<const double> get(const liana::array<double>& from);

 private:
  std::vector<std::size_t> needed_;
  std::vector<std::pair<std::size_t, std::size_t>> runs_;  // first element and number, in blocks that follow each other
  std::vector<double> elements_;
};

halo::halo(const std::vector<column>& needed, const liana::array<double>& of)
    : needed_(needed.begin(), needed.end()), elements_(needed.size()) {
  const std::size_t in_block = of.block_elements();
  for (const std::size_t each : needed_) {
    const bool goes_on =
        !runs_.empty() && each / in_block <= (runs_.back().first + runs_.back().second - 1) / in_block + 1;
    if (goes_on) {
      runs_.back().second = each + 1 - runs_.back().first;
    } else {
      runs_.emplace_back(each, 1);
    }
  }
}

void halo::prefetch(const liana::array<double>& from) const {
  for (const auto& [first, count] : runs_) from.prefetch(first, count);
}

std::span<const double> halo::get(const liana::array<double>& from) {
  from.gather(needed_, elements_);
  return elements_;
}

/// Conjugate gradients, by all ranks of the job; each computes the rows whose elements of the shared vector live in its
/// memory.
///
/// A product with the direction p needs elements of p that others have. What is shared is not p but z, of which each
/// new p is made: every rank makes the elements of p that it needs of others itself. So the sums that all ranks must
/// agree on anyway are the only meetings: z is written before one, read after it, and written again after the next.
class solver {
 public:
  /// Collective.
  solver(const shared_matrix& with, bool jacobi);

  /// The square of the right-hand side.
  [[nodiscard]] double right_hand_side() const { return right_hand_side_; }

  /// Collective. One iteration.
  iteration step();

  /// Collective. All of x on rank 0, nothing on the others; no iteration may follow.
  [[nodiscard]] std::vector<double> values();

  /// Collective. Frees the array.
  void destroy() { liana::destroy(z_); }

 private:
  liana::array<double> z_;
  split_rows rows_;
  halo halo_;
  own_vectors own_;
  std::vector<double> others_direction_;  // the elements of p that this rank needs of others
  coefficients coefficients_;
  double right_hand_side_;
};

/// Product after product: the vector and the one that it becomes change roles each time.
class products {
 public:
  /// Collective.
  explicit products(const shared_matrix& with);

  /// Collective. The vector becomes its product with the matrix, divided by the matrix's norm.
  void step();

  /// Collective. All of the vector on rank 0, nothing on the others.
  [[nodiscard]] std::vector<double> values() const;

  /// Collective. Frees the arrays.
  void destroy();

 private:
  liana::array<double> now_;
  liana::array<double> next_;
  split_rows rows_;
  halo halo_;
};

liana::array<double> make_vector(std::size_t rows) {
  return liana::make_array<double>(rows, {.block_bytes = apps::block_bytes(rows, sizeof(double), liana::size())});
}

split_rows own_rows(const shared_matrix& of, const liana::array<double>& vector) {
  const auto [first, end] = vector.local_range();
  return {rows_of(of, first, end), first};
}

std::vector<double> all_on_first(const liana::array<double>& vector) {
  std::vector<double> all;
  if (liana::rank() == 0) {
    all.resize(vector.size());
    vector.get(0, all);
  }
  liana::barrier();
  return all;
}

solver::solver(const shared_matrix& with, bool jacobi)
    : z_(make_vector(with.rows)),
      rows_(own_rows(with, z_)),
      halo_(rows_.needed(), z_),
      own_(rows_, jacobi, z_.local()),
      others_direction_(rows_.needed().size(), 0.0),
      coefficients_(liana::all_reduce(own_.start(z_.local()), std::plus<>())),
      right_hand_side_(coefficients_.now().residual) {}

iteration solver::step() {
  const std::span<double> z = z_.local();  // nobody else writes it, and others read it only between the two meetings
  halo_.prefetch(z_);
  turn(z, coefficients_.beta(), own_.direction);
  rows_.multiply(own_.direction, own_.product);
  turn(halo_.get(z_), coefficients_.beta(), others_direction_);
  rows_.add_others(others_direction_, own_.product);

  const double curvature = liana::all_reduce(dot(own_.direction, own_.product), std::plus<>());
  const squares mine = own_.advance(coefficients_.alpha(curvature), z);
  coefficients_.next(liana::all_reduce(mine, std::plus<>()));
  return {.curvature = curvature, .residual = coefficients_.now().residual};
}

std::vector<double> solver::values() {
  std::copy(own_.solution.begin(), own_.solution.end(), z_.local().begin());
  liana::barrier();
  return all_on_first(z_);
}

products::products(const shared_matrix& with)
    : now_(make_vector(with.rows)),
      next_(make_vector(with.rows)),
      rows_(own_rows(with, now_)),
      halo_(rows_.needed(), now_) {
  if (with.norm > 0) rows_.divide(with.norm);
  const auto [first, end] = now_.local_range();
  for (std::size_t i = first; i < end; ++i) now_.local()[i - first] = start_value(i);
  liana::barrier();
}

void products::step() {
  halo_.prefetch(now_);
  rows_.multiply(now_.local(), next_.local());
  rows_.add_others(halo_.get(now_), next_.local());
  liana::barrier();  // all have written the product, and nobody reads the vector any more
  std::swap(now_, next_);
}

std::vector<double> products::values() const { return all_on_first(now_); }

void products::destroy() {
  liana::destroy(now_);
  liana::destroy(next_);
}

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
