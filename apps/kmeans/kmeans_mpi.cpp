// The same program in plain MPI, to compare with: each rank has some points, and the totals of all are added up by
// MPI_Allreduce.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <mpi.h>

#include "../common/program_mpi.hpp"
#include "../common/ranks.hpp"
#include "lloyd.hpp"
#include "run.hpp"

namespace kmeans {

namespace {

std::vector<point> own_points(const problem& of, const apps::place& at) {
  const auto [first, end] = apps::part_of(of.points, at.rank, at.ranks);
  std::vector<point> points;
  points.reserve(end - first);
  for (std::size_t i = first; i < end; ++i) points.push_back(make_point(of, i));
  return points;
}

/// Collective. The points at which the clusters start, each from the rank that has it.
centroids start(const problem& of, const apps::place& at, const std::vector<point>& own) {
  std::vector<point> all(of.clusters, point{});
  const auto [first, end] = apps::part_of(of.points, at.rank, at.ranks);
  for (std::size_t i = 0; i < of.clusters; ++i) {
    const std::size_t number = start_of(of, i);
    if (number >= first && number < end) all[i] = own[number - first];
  }
  MPI_Allreduce(MPI_IN_PLACE, all.data(), static_cast<int>(of.clusters * dimensions), MPI_DOUBLE, MPI_SUM,
                MPI_COMM_WORLD);
  return centroids(all);
}

class message_clustering {
 public:
  /// Collective.
  message_clustering(const problem& of, const apps::place& at)
      : own_(own_points(of, at)),
        nearest_(own_.size(), no_cluster),
        means_(start(of, at, own_)),
        totals_(layout::size(means_.size())) {}

  iteration step() {
    std::fill(totals_.begin(), totals_.end(), 0.0);
    means_.assign(own_, nearest_, totals_);
    MPI_Allreduce(MPI_IN_PLACE, totals_.data(), static_cast<int>(totals_.size()), MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    means_.update(totals_);
    return {.changed = static_cast<std::size_t>(totals_[layout::changed(means_.size())]),
            .inertia = totals_[layout::inertia(means_.size())]};
  }

  [[nodiscard]] const centroids& means() const { return means_; }

 private:
  std::vector<point> own_;
  std::vector<std::uint32_t> nearest_;
  centroids means_;
  std::vector<double> totals_;
};

int run_over_mpi(const apps::place& at, int argc, char** argv) {
  const auto [with, exit_code] = parse_command_line(argc, argv, at.rank == 0);
  if (exit_code) return *exit_code;
  message_clustering on(with.what, at);
  int good = run(on, with, at) ? 1 : 0;
  MPI_Bcast(&good, 1, MPI_INT, 0, MPI_COMM_WORLD);
  return good == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

}  // namespace kmeans

int main(int argc, char** argv) { return apps::run_with_mpi("kmeans_mpi", argc, argv, kmeans::run_over_mpi); }
