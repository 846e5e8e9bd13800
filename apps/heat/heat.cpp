// Heat on a plate in distributed shared memory; README.md says what is where.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>
#include <utility>

#include <fmt/core.h>

#include <liana/liana.hpp>

#include "run.hpp"
#include "stencil.hpp"

namespace heat {

namespace {

/// The temperatures now and after the next step, in two global arrays that change roles after each step.
///
/// A row of points is one block, so that the rank which holds a row holds it whole, and what a neighbour fetches of it
/// is one block. Every rank holds a run of rows and computes them; of the rows of others it reads two, the one above
/// its run and the one below.
class plate {
 public:
  /// Collective. All points have their start values.
  explicit plate(const problem& of);

  /// Collective. One step in time.
  void step();

  /// Collective. The greatest difference of any point from the closed form after so many steps, the same on all ranks;
  /// infinite where a point is no number.
  [[nodiscard]] double error(std::size_t steps) const;

  /// Collective. Frees the arrays.
  void destroy();

 private:
  void step_own_rows();

  problem of_;
  std::size_t pitch_;  // elements from one row to the next
  liana::array<double> now_;
  liana::array<double> next_;

  // This rank's rows: from the first to before the end.
  std::size_t first_row_ = 0;
  std::size_t end_row_ = 0;
};

plate::plate(const problem& of) : of_(of), pitch_(std::bit_ceil(of.side)) {
  const liana::array_options options{.block_bytes = pitch_ * sizeof(double)};
  now_ = liana::make_array<double>(of.side * pitch_, options);
  next_ = liana::make_array<double>(of.side * pitch_, options);
  const auto [first, end] = now_.local_range();
  first_row_ = first / pitch_;
  end_row_ = end / pitch_;

  {
    auto own = now_.write_local();
    for (std::size_t row = first_row_; row < end_row_; ++row) {
      for (std::size_t column = 0; column < of.side; ++column) {
        own[(row - first_row_) * pitch_ + column] = start_value(of, row, column);
      }
    }
  }
  liana::barrier();
}

void plate::step() {
  if (first_row_ < end_row_) step_own_rows();
  liana::barrier();  // all have written their new rows, and nobody reads the old ones any more
  std::swap(now_, next_);
}

void plate::step_own_rows() {
  // Where there is no row above or below, this rank's own stands in: it is boundary then and not computed.
  const std::size_t row_above = first_row_ == 0 ? 0 : first_row_ - 1;
  const std::size_t row_below = std::min(end_row_, of_.side - 1);
  now_.prefetch(row_above * pitch_, of_.side);
  now_.prefetch(row_below * pitch_, of_.side);

  // Own rows as plain memory: between two barriers nobody else touches them.
  const std::span<const double> own = now_.local();
  const std::span<double> next = next_.local();
  const auto own_row = [&](std::size_t row) { return own.subspan((row - first_row_) * pitch_, of_.side); };
  const auto step = [&](std::size_t row, std::span<const double> above, std::span<const double> below) {
    if (row == 0 || row == of_.side - 1) return;  // boundary: stays 0, as all memory starts
    step_row(of_, above, own_row(row), below, next.subspan((row - first_row_) * pitch_, of_.side));
  };

  // While the two rows of others are on their way.
  for (std::size_t row = first_row_ + 1; row + 1 < end_row_; ++row) step(row, own_row(row - 1), own_row(row + 1));

  const auto above = now_.read(row_above * pitch_, of_.side);
  const auto below = now_.read(row_below * pitch_, of_.side);
  const std::span<const double> halo_above = *above.chunks().begin();  // a row is one block and so one chunk
  const std::span<const double> halo_below = *below.chunks().begin();
  const bool single = first_row_ + 1 == end_row_;
  step(first_row_, halo_above, single ? halo_below : own_row(first_row_ + 1));
  if (!single) step(end_row_ - 1, own_row(end_row_ - 2), halo_below);
}

double plate::error(std::size_t steps) const {
  const double factor = std::pow(amplification(of_), static_cast<double>(steps));
  const std::span<const double> own = now_.local();
  double greatest = 0;
  for (std::size_t row = first_row_; row < end_row_; ++row) {
    const auto points = own.subspan((row - first_row_) * pitch_, of_.side);
    greatest = std::max(greatest, greatest_difference(of_, row, points, factor));
  }
  return liana::all_reduce(greatest, [](double a, double b) { return std::max(a, b); });
}

void plate::destroy() {
  liana::destroy(now_);
  liana::destroy(next_);
}

}  // namespace

}  // namespace heat

int main(int argc, char** argv) {
  try {
    const liana::runtime runtime(argc, argv);
    const auto [with, exit_code] = heat::parse_command_line(argc, argv, liana::rank() == 0);
    if (exit_code) return *exit_code;
    heat::plate on(with.what);
    const int status = heat::run(on, with, {.rank = liana::rank(), .ranks = liana::size()});
    on.destroy();
    return status;
  } catch (const std::exception& error) {
    fmt::print(stderr, "heat: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
