// The same program in plain MPI, to compare with: each rank keeps its rows, and sends its elements of a vector to those
// ranks whose rows need them, while the part of the product is computed that needs no others.

#include <algorithm>
#include <array>
#include <climits>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include <mpi.h>

#include "../common/program_mpi.hpp"
#include "../common/ranks.hpp"
#include "recurrence.hpp"
#include "run.hpp"
#include "split_rows.hpp"

namespace cg {

namespace {

using apps::as_count;
using apps::broadcast;

template <class T>
void send(const std::vector<T>& what, int to, MPI_Datatype type) {
  MPI_Send(what.data(), as_count(what.size()), type, to, 0, MPI_COMM_WORLD);
}

template <class T>
void receive(std::vector<T>& what, MPI_Datatype type) {
  MPI_Status status;
  MPI_Probe(0, 0, MPI_COMM_WORLD, &status);
  int count = 0;
  MPI_Get_count(&status, type, &count);
  what.resize(static_cast<std::size_t>(count));
  MPI_Recv(what.data(), count, type, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

/// Rows of all ranks, and which this one has.
struct partition {
  std::size_t rows;
  apps::place at;

  [[nodiscard]] apps::part of(int rank) const { return apps::part_of(rows, rank, at.ranks); }
  [[nodiscard]] apps::part own() const { return of(at.rank); }
  [[nodiscard]] int owner(std::size_t row) const {
    return static_cast<int>(row / apps::most_of_a_rank(rows, at.ranks));
  }
};

/// Collective. This rank's rows: of a grid each makes its own, those of a file rank 0 sends.
sparse_rows deal_out(const std::optional<matrix>& loaded, const partition& of) {
  matrix from;
  from.rows = of.rows;
  from.directions = broadcast(loaded ? loaded->directions : 0);
  from.side = broadcast(loaded ? loaded->side : 0);
  if (from.directions != 0) return rows_of(from, of.own().first, of.own().end);
  sparse_rows own;
  if (loaded) {
    for (int rank = 1; rank < of.at.ranks; ++rank) {
      const sparse_rows theirs = rows_of(*loaded, of.of(rank).first, of.of(rank).end);
      send(theirs.offsets, rank, MPI_UINT64_T);
      send(theirs.columns, rank, MPI_UINT32_T);
      send(theirs.values, rank, MPI_DOUBLE);
    }
    return rows_of(*loaded, of.own().first, of.own().end);
  }
  receive(own.offsets, MPI_UINT64_T);
  receive(own.columns, MPI_UINT32_T);
  receive(own.values, MPI_DOUBLE);
  return own;
}

/// The elements of others that this rank needs, and of its own that others do: the lists are made once, and the
/// messages are persistent.
class message_halo {
 public:
  /// Collective.
  message_halo(const std::vector<column>& needed, const partition& of) : received_(needed.size()) {
    const auto ranks = static_cast<std::size_t>(of.at.ranks);
    std::vector<int> asked(ranks, 0);
    std::vector<int> wanted(ranks, 0);
    for (const column each : needed) ++asked[static_cast<std::size_t>(of.owner(each))];
    MPI_Alltoall(asked.data(), 1, MPI_INT, wanted.data(), 1, MPI_INT, MPI_COMM_WORLD);
    std::vector<int> asked_from(ranks, 0);
    std::vector<int> wanted_from(ranks, 0);
    for (std::size_t rank = 1; rank < ranks; ++rank) {
      asked_from[rank] = asked_from[rank - 1] + asked[rank - 1];
      wanted_from[rank] = wanted_from[rank - 1] + wanted[rank - 1];
    }
    sent_elements_.resize(static_cast<std::size_t>(wanted_from.back()) + static_cast<std::size_t>(wanted.back()));
    MPI_Alltoallv(needed.data(), asked.data(), asked_from.data(), MPI_UINT32_T, sent_elements_.data(), wanted.data(),
                  wanted_from.data(), MPI_UINT32_T, MPI_COMM_WORLD);
    for (column& each : sent_elements_) each -= static_cast<column>(of.own().first);

    sent_.resize(sent_elements_.size());
    for (int rank = 0; rank < of.at.ranks; ++rank) {
      const auto i = static_cast<std::size_t>(rank);
      if (asked[i] > 0) {
        MPI_Recv_init(received_.data() + asked_from[i], asked[i], MPI_DOUBLE, rank, 0, MPI_COMM_WORLD,
                      &requests_.emplace_back());
      }
      if (wanted[i] > 0) {
        MPI_Send_init(sent_.data() + wanted_from[i], wanted[i], MPI_DOUBLE, rank, 0, MPI_COMM_WORLD,
                      &requests_.emplace_back());
      }
    }
  }
  message_halo(const message_halo&) = delete;
  message_halo& operator=(const message_halo&) = delete;
  message_halo(message_halo&&) = delete;
  message_halo& operator=(message_halo&&) = delete;
  ~message_halo() {
    for (MPI_Request& request : requests_) MPI_Request_free(&request);
  }

  /// Starts to exchange elements of a vector of which this rank has `own`.
  void start(std::span<const double> own) {
    const double* const from = own.data();
    for (std::size_t i = 0; i < sent_.size(); ++i) sent_[i] = from[sent_elements_[i]];
    if (requests_.empty()) return;  // no array of requests is no array for Open MPI
    MPI_Startall(static_cast<int>(requests_.size()), requests_.data());
  }

  /// Waits for the elements of others, in the order of `needed`.
  std::span<const double> finish() {
    if (!requests_.empty()) MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
    return received_;
  }

 private:
  std::vector<double> received_;
  std::vector<column> sent_elements_;  // of own ones, for one rank after the other
  std::vector<double> sent_;
  std::vector<MPI_Request> requests_;
};

/// Collective. All of a vector on rank 0, of which this rank has `own`.
std::vector<double> all_on_first(std::span<const double> own, const partition& of) {
  std::vector<int> counts;
  std::vector<int> from;
  for (int rank = 0; rank < of.at.ranks; ++rank) {
    counts.push_back(as_count(of.of(rank).size()));
    from.push_back(as_count(of.of(rank).first));
  }
  std::vector<double> all(of.at.rank == 0 ? of.rows : 0);
  MPI_Gatherv(own.data(), as_count(own.size()), MPI_DOUBLE, all.data(), counts.data(), from.data(), MPI_DOUBLE, 0,
              MPI_COMM_WORLD);
  return all;
}

squares sum_of_all(const squares& mine) {
  std::array<double, 2> sums{mine.residual, mine.preconditioned};
  MPI_Allreduce(MPI_IN_PLACE, sums.data(), 2, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  return {.residual = sums[0], .preconditioned = sums[1]};
}

class message_solver {
 public:
  /// Collective.
  message_solver(const sparse_rows& rows, const partition& of, bool jacobi)
      : of_(of),
        rows_(rows, of.own().first),
        halo_(rows_.needed(), of),
        z_(rows_.size()),
        own_(rows_, jacobi, z_),
        coefficients_(sum_of_all(own_.start(z_))),
        right_hand_side_(coefficients_.now().residual) {}

  [[nodiscard]] double right_hand_side() const { return right_hand_side_; }

  iteration step() {
    turn(z_, coefficients_.beta(), own_.direction);
    halo_.start(own_.direction);
    rows_.multiply(own_.direction, own_.product);
    rows_.add_others(halo_.finish(), own_.product);

    double curvature = dot(own_.direction, own_.product);
    MPI_Allreduce(MPI_IN_PLACE, &curvature, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    coefficients_.next(sum_of_all(own_.advance(coefficients_.alpha(curvature), z_)));
    return {.curvature = curvature, .residual = coefficients_.now().residual};
  }

  [[nodiscard]] std::vector<double> values() const { return all_on_first(own_.solution, of_); }

 private:
  partition of_;
  split_rows rows_;
  message_halo halo_;
  std::vector<double> z_;
  own_vectors own_;
  coefficients coefficients_;
  double right_hand_side_;
};

class message_products {
 public:
  /// Collective.
  message_products(const sparse_rows& rows, const partition& of, double norm)
      : of_(of), rows_(rows, of.own().first), halo_(rows_.needed(), of), next_(rows_.size()) {
    if (norm > 0) rows_.divide(norm);
    for (std::size_t i = of.own().first; i < of.own().end; ++i) now_.push_back(start_value(i));
  }

  void step() {
    halo_.start(now_);
    rows_.multiply(now_, next_);
    rows_.add_others(halo_.finish(), next_);
    std::swap(now_, next_);
  }

  [[nodiscard]] std::vector<double> values() const { return all_on_first(now_, of_); }

 private:
  partition of_;
  split_rows rows_;
  message_halo halo_;
  std::vector<double> now_;
  std::vector<double> next_;
};

int run(const settings& with, const apps::place& at) {
  const std::optional<matrix> loaded = load_on_first(with, at);
  if (!broadcast(loaded.has_value())) return EXIT_FAILURE;
  const partition of{.rows = broadcast(loaded ? loaded->rows : 0), .at = at};
  const double by = broadcast(loaded ? norm(*loaded) : 0);
  const sparse_rows rows = deal_out(loaded, of);
  outcome result;
  if (with.products == 0) {
    message_solver method(rows, of, with.jacobi);
    result = solve(method, with, at);
  } else {
    message_products method(rows, of, by);
    result = multiply(method, with, at);
  }
  return broadcast(report(loaded, result, with)) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run_over_mpi(const apps::place& at, int argc, char** argv) {
  const auto [with, exit_code] = parse_command_line(argc, argv, at.rank == 0);
  return exit_code ? *exit_code : run(with, at);
}

}  // namespace

}  // namespace cg

int main(int argc, char** argv) { return apps::run_with_mpi("cg_mpi", argc, argv, cg::run_over_mpi); }
