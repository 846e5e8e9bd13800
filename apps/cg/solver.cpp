#include "solver.hpp"

#include <algorithm>
#include <functional>
#include <span>
#include <utility>

#include "../dealing.hpp"
#include "run.hpp"

namespace cg {

namespace {

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

}  // namespace

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

}  // namespace cg
