// Transposes in distributed shared memory; README.md says what is where.

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>

#include <fmt/core.h>

#include <liana/liana.hpp>

#include "run.hpp"
#include "tiles.hpp"

namespace transpose {

namespace {

/// Two matrices whose tiles are the blocks of global arrays, dealt out over the ranks. A rank adds to the tiles of b
/// that live in its memory, and reads of a whichever tiles these need.
class matrices {
 public:
  /// Collective. a has the start values, b is 0.
  explicit matrices(const problem& of);

  /// Collective. One iteration.
  void step();

  /// Collective. The greatest difference of any element of b from the closed form after so many iterations, the same on
  /// all ranks; infinite where an element is no number.
  [[nodiscard]] double error(std::size_t iterations) const;

  /// Collective. Frees the arrays.
  void destroy();

 private:
  /// Where the tile of a begins whose transpose tile `number` of b gets.
  [[nodiscard]] std::size_t counterpart(std::size_t number) const;

  problem of_;
  liana::array<double> a_;
  liana::array<double> b_;

  // This rank's tiles, of a and of b: from the first to before the end.
  std::size_t first_ = 0;
  std::size_t end_ = 0;
};

/// How many tiles are fetched ahead.
constexpr std::size_t ahead = 16;

std::span<double> tile_in(std::span<double> of, std::size_t number) {
  return of.subspan(number * tile_elements, tile_elements);
}

matrices::matrices(const problem& of) : of_(of) {
  const std::size_t elements = tiles(of) * tiles(of) * tile_elements;
  const liana::array_options tile_by_tile{.block_bytes = tile_elements * sizeof(double)};
  a_ = liana::make_array<double>(elements, tile_by_tile);
  b_ = liana::make_array<double>(elements, tile_by_tile);
  const auto [first, end] = a_.local_range();
  first_ = first / tile_elements;
  end_ = end / tile_elements;

  for (std::size_t number = first_; number < end_; ++number) {
    fill(of, number / tiles(of), number % tiles(of), tile_in(a_.local(), number - first_));
  }
  liana::barrier();
}

std::size_t matrices::counterpart(std::size_t number) const {
  return (number % tiles(of_) * tiles(of_) + number / tiles(of_)) * tile_elements;
}

void matrices::step() {
  // b as plain memory: nobody else touches this rank's tiles. A tile is one block and so one chunk.
  const std::span<double> own = b_.local();
  for (std::size_t number = first_; number < std::min(first_ + ahead, end_); ++number) {
    a_.prefetch(counterpart(number), tile_elements);
  }
  for (std::size_t number = first_; number < end_; ++number) {
    if (number + ahead < end_) a_.prefetch(counterpart(number + ahead), tile_elements);
    const auto tile = a_.read(counterpart(number), tile_elements);
    add_transpose(*tile.chunks().begin(), tile_in(own, number - first_));
  }
  liana::barrier();  // all have read a
  add_one(a_.local());
  liana::barrier();  // all have written it
}

double matrices::error(std::size_t iterations) const {
  double greatest = 0;
  for (std::size_t number = first_; number < end_; ++number) {
    const auto tile = tile_in(b_.local(), number - first_);
    greatest = std::max(greatest, greatest_difference(of_, number / tiles(of_), number % tiles(of_), iterations, tile));
  }
  return liana::all_reduce(greatest, [](double x, double y) { return std::max(x, y); });
}

void matrices::destroy() {
  liana::destroy(a_);
  liana::destroy(b_);
}

}  // namespace

}  // namespace transpose

int main(int argc, char** argv) {
  try {
    const liana::runtime runtime(argc, argv);
    const auto [with, exit_code] = transpose::parse_command_line(argc, argv, liana::rank() == 0);
    if (exit_code) return *exit_code;
    transpose::matrices on(with.what);
    const int status = transpose::run(on, with, {.rank = liana::rank(), .ranks = liana::size()});
    on.destroy();
    return status;
  } catch (const std::exception& error) {
    fmt::print(stderr, "transpose: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
