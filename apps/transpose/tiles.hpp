// Matrices by tiles, in plain memory.
#pragma once

#include <cstddef>
#include <span>

namespace transpose {

/// Of the Parallel Research Kernels (Van der Wijngaart and Mattson 2014): in each iteration the transpose of a is added
/// to b, and then 1 to each element of a. At the start element (i, j) of a is i * order + j, and b is 0.
struct problem {
  std::size_t order = 2048;
};

/// Rows and columns of a tile. A tile is contiguous, row by row; so is a matrix, tile by tile: tile (i, j) is number
/// i * tiles() + j. Tiles at the lower and right edges may reach beyond the matrix.
inline constexpr std::size_t tile_side = 32;
inline constexpr std::size_t tile_elements = tile_side * tile_side;

/// How many tiles a matrix has in each direction.
[[nodiscard]] constexpr std::size_t tiles(const problem& of) { return (of.order + tile_side - 1) / tile_side; }

/// The start values of a tile of a, 0 beyond the matrix.
void fill(const problem& of, std::size_t tile_row, std::size_t tile_column, std::span<double> tile);

/// Adds the transpose of one tile to another.
void add_transpose(std::span<const double> from, std::span<double> to);

/// Adds 1 to each element.
void add_one(std::span<double> to);

/// The greatest difference of a tile of b from the closed form after so many iterations; infinite where an element is
/// no number. What is beyond the matrix does not count.
[[nodiscard]] double greatest_difference(const problem& of, std::size_t tile_row, std::size_t tile_column,
                                         std::size_t iterations, std::span<const double> tile);

}  // namespace transpose
