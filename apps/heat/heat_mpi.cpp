// The same program in plain MPI, to compare with: the same steps on the same rows, but every rank keeps copies of the
// two rows beside its own, which their owners send it.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <mpi.h>

#include "../common/program_mpi.hpp"
#include "run.hpp"
#include "stencil.hpp"

namespace heat {

namespace {

/// The temperatures now and after the next step, of this rank's rows, with one more row above and one below.
///
/// What goes to the neighbours and comes from them is the same in each step but for the two buffers, which change
/// roles, so there are persistent requests for either. They are under way while the rows are computed that need none of
/// it.
class message_plate {
 public:
  /// Collective. All points have their start values.
  message_plate(const problem& of, const apps::place& at) : of_(of) {
    const auto rank = static_cast<std::size_t>(at.rank);
    const auto ranks = static_cast<std::size_t>(at.ranks);
    const std::size_t each = (of.side + ranks - 1) / ranks;
    first_row_ = std::min(rank * each, of.side);
    end_row_ = std::min(first_row_ + each, of.side);

    for (buffer& which : buffers_) which.points.assign((end_row_ - first_row_ + 2) * of.side, 0.0);
    for (std::size_t row = first_row_; row < end_row_; ++row) {
      const std::span<double> points = row_in(buffers_[0], row);
      for (std::size_t column = 0; column < of.side; ++column) points[column] = start_value(of, row, column);
    }
    if (first_row_ == end_row_) return;
    for (buffer& which : buffers_) {
      exchange(which, first_row_ > 0 ? at.rank - 1 : MPI_PROC_NULL, first_row_, first_row_ - 1);
      exchange(which, end_row_ < of.side ? at.rank + 1 : MPI_PROC_NULL, end_row_ - 1, end_row_);
    }
  }
  message_plate(const message_plate&) = delete;
  message_plate& operator=(const message_plate&) = delete;
  message_plate(message_plate&&) = delete;
  message_plate& operator=(message_plate&&) = delete;
  ~message_plate() {
    for (buffer& which : buffers_) {
      for (MPI_Request& request : which.requests) MPI_Request_free(&request);
    }
  }

  /// One step in time, together with the neighbours.
  void step() {
    if (first_row_ == end_row_) return;
    buffer& now = buffers_[now_];
    MPI_Startall(static_cast<int>(now.requests.size()), now.requests.data());
    for (std::size_t row = first_row_ + 1; row + 1 < end_row_; ++row) compute(row);
    MPI_Waitall(static_cast<int>(now.requests.size()), now.requests.data(), MPI_STATUSES_IGNORE);
    compute(first_row_);
    if (first_row_ + 1 < end_row_) compute(end_row_ - 1);
    now_ = 1 - now_;
  }

  /// Collective. The greatest difference of any point from the closed form after so many steps.
  [[nodiscard]] double error(std::size_t steps) const {
    const double factor = std::pow(amplification(of_), static_cast<double>(steps));
    double greatest = 0;
    for (std::size_t row = first_row_; row < end_row_; ++row) {
      greatest = std::max(greatest, greatest_difference(of_, row, row_in(buffers_[now_], row), factor));
    }
    MPI_Allreduce(MPI_IN_PLACE, &greatest, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    return greatest;
  }

 private:
  struct buffer {
    std::vector<double> points;
    std::vector<MPI_Request> requests;  // of the exchanges of its rows; not started
  };

  /// A row of this rank, or the one above or below.
  [[nodiscard]] std::span<double> row_in(buffer& which, std::size_t row) const {
    return std::span(which.points).subspan((row + 1 - first_row_) * of_.side, of_.side);
  }
  [[nodiscard]] std::span<const double> row_in(const buffer& which, std::size_t row) const {
    return std::span(which.points).subspan((row + 1 - first_row_) * of_.side, of_.side);
  }

  /// Prepares to send a row to a neighbour and to receive one from it.
  void exchange(buffer& in, int neighbour, std::size_t sent, std::size_t received) const {
    const auto count = static_cast<int>(of_.side);
    MPI_Request* request = &in.requests.emplace_back();
    MPI_Recv_init(row_in(in, received).data(), count, MPI_DOUBLE, neighbour, 0, MPI_COMM_WORLD, request);
    request = &in.requests.emplace_back();
    MPI_Send_init(row_in(in, sent).data(), count, MPI_DOUBLE, neighbour, 0, MPI_COMM_WORLD, request);
  }

  void compute(std::size_t row) {
    if (row == 0 || row == of_.side - 1) return;  // boundary: stays 0
    const buffer& now = buffers_[now_];
    step_row(of_, row_in(now, row - 1), row_in(now, row), row_in(now, row + 1), row_in(buffers_[1 - now_], row));
  }

  problem of_;
  std::array<buffer, 2> buffers_;
  std::size_t now_ = 0;  // which of them

  // This rank's rows: from the first to before the end.
  std::size_t first_row_ = 0;
  std::size_t end_row_ = 0;
};

int run_over_mpi(const apps::place& at, int argc, char** argv) {
  const auto [with, exit_code] = parse_command_line(argc, argv, at.rank == 0);
  if (exit_code) return *exit_code;
  message_plate on(with.what, at);
  return run(on, with, at);
}

}  // namespace

}  // namespace heat

int main(int argc, char** argv) { return apps::run_with_mpi("heat_mpi", argc, argv, heat::run_over_mpi); }
