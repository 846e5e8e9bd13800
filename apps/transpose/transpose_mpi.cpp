// The same program in plain MPI, to compare with: every rank has some rows of tiles, of both matrices. What another
// rank needs of a row of tiles is contiguous, so it is sent from where it lies, without packing, and while the ranks'
// own tiles are transposed.

#include <algorithm>
#include <climits>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <mpi.h>

#include "../common/program_mpi.hpp"
#include "../common/ranks.hpp"
#include "run.hpp"
#include "tiles.hpp"

namespace transpose {

namespace {

class message_matrices {
 public:
  /// a has the start values, b is 0.
  message_matrices(const problem& of, const apps::place& at) : of_(of), at_(at), own_(rows_of(at.rank)) {
    const std::size_t elements = own_.size() * tiles(of) * tile_elements;
    if (tiles(of) * tile_elements > INT_MAX) {
      throw std::runtime_error(
          fmt::format("a message of {} elements: MPI takes up to {}", tiles(of) * tile_elements, INT_MAX));
    }
    a_.resize(elements);
    b_.assign(elements, 0.0);
    for (std::size_t row = own_.first; row < own_.end; ++row) {
      for (std::size_t column = 0; column < tiles(of); ++column) fill(of, row, column, tile_in(a_, row, column));
    }
    received_.resize(static_cast<std::size_t>(at.ranks));
    for (int distance = 1; distance < at.ranks; ++distance) prepare_to_receive(distance);
    for (int distance = 1; distance < at.ranks; ++distance) prepare_to_send(distance);
  }
  message_matrices(const message_matrices&) = delete;
  message_matrices& operator=(const message_matrices&) = delete;
  message_matrices(message_matrices&&) = delete;
  message_matrices& operator=(message_matrices&&) = delete;
  ~message_matrices() {
    for (MPI_Request& request : requests_) MPI_Request_free(&request);
  }

  void step() {
    if (!requests_.empty()) MPI_Startall(static_cast<int>(requests_.size()), requests_.data());
    for (std::size_t row = own_.first; row < own_.end; ++row) {
      for (std::size_t column = own_.first; column < own_.end; ++column) {
        add_transpose(tile_in(a_, column, row), tile_in(b_, row, column));
      }
    }
    for (std::size_t done = 0; done < requests_.size(); ++done) {
      int which = 0;
      MPI_Waitany(static_cast<int>(requests_.size()), requests_.data(), &which, MPI_STATUS_IGNORE);
      const auto i = static_cast<std::size_t>(which);
      if (i < arrivals_.size()) add(arrivals_[i]);
    }
    add_one(a_);
  }

  /// Collective. The greatest difference of any element of b from the closed form after so many iterations.
  [[nodiscard]] double error(std::size_t iterations) const {
    double greatest = 0;
    for (std::size_t row = own_.first; row < own_.end; ++row) {
      for (std::size_t column = 0; column < tiles(of_); ++column) {
        const auto tile = std::span(b_).subspan(place_of(row, column), tile_elements);
        greatest = std::max(greatest, greatest_difference(of_, row, column, iterations, tile));
      }
    }
    MPI_Allreduce(MPI_IN_PLACE, &greatest, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    return greatest;
  }

 private:
  /// What comes from a row of tiles of another rank: those of this rank's columns.
  struct arrival {
    std::size_t row;
    std::span<const double> tiles;
  };

  [[nodiscard]] apps::part rows_of(int rank) const { return apps::part_of(tiles(of_), rank, at_.ranks); }
  [[nodiscard]] std::size_t place_of(std::size_t row, std::size_t column) const {
    return ((row - own_.first) * tiles(of_) + column) * tile_elements;
  }
  [[nodiscard]] std::span<double> tile_in(std::vector<double>& matrix, std::size_t row, std::size_t column) const {
    return std::span(matrix).subspan(place_of(row, column), tile_elements);
  }

  /// Prepares to receive from the rank that is so far before this one.
  void prepare_to_receive(int distance) {
    const int from = (at_.rank + at_.ranks - distance) % at_.ranks;
    const auto [first, end] = rows_of(from);
    const std::size_t width = own_.size() * tile_elements;
    if (width == 0) return;
    std::vector<double>& into = received_[static_cast<std::size_t>(from)];
    into.resize((end - first) * width);
    for (std::size_t row = first; row < end; ++row) {
      const auto place = std::span(into).subspan((row - first) * width, width);
      MPI_Recv_init(place.data(), static_cast<int>(width), MPI_DOUBLE, from, static_cast<int>(row), MPI_COMM_WORLD,
                    &requests_.emplace_back());
      arrivals_.push_back({.row = row, .tiles = place});
    }
  }

  /// And to send to the one that is so far behind it.
  void prepare_to_send(int distance) {
    const int to = (at_.rank + distance) % at_.ranks;
    const auto [first, end] = rows_of(to);
    if (first == end) return;
    for (std::size_t row = own_.first; row < own_.end; ++row) {
      MPI_Send_init(a_.data() + place_of(row, first), static_cast<int>((end - first) * tile_elements), MPI_DOUBLE, to,
                    static_cast<int>(row), MPI_COMM_WORLD, &requests_.emplace_back());
    }
  }

  void add(const arrival& which) {
    for (std::size_t i = 0; i < own_.size(); ++i) {
      add_transpose(which.tiles.subspan(i * tile_elements, tile_elements), tile_in(b_, own_.first + i, which.row));
    }
  }

  problem of_;
  apps::place at_;
  apps::part own_;  // rows of tiles
  std::vector<double> a_;
  std::vector<double> b_;
  std::vector<std::vector<double>> received_;  // by rank
  std::vector<arrival> arrivals_;
  std::vector<MPI_Request> requests_;  // first those of the arrivals, then what is sent
};

int run_over_mpi(const apps::place& at, int argc, char** argv) {
  const auto [with, exit_code] = parse_command_line(argc, argv, at.rank == 0);
  if (exit_code) return *exit_code;
  message_matrices on(with.what, at);
  return run(on, with, at);
}

}  // namespace

}  // namespace transpose

int main(int argc, char** argv) { return apps::run_with_mpi("transpose_mpi", argc, argv, transpose::run_over_mpi); }
