// The same program in plain MPI, to compare with: the same rounds on the same vertices. Labels travel by
// MPI_Allgatherv, proposals to the vertices of others by MPI_Alltoallv.

#include <cstddef>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <mpi.h>

#include "../bfs/graph_mpi.hpp"
#include "../bfs/rows.hpp"
#include "../common/program_mpi.hpp"
#include "hooking.hpp"
#include "run.hpp"

namespace components {

namespace {

using apps::broadcast;

/// The labels of own vertices, and a copy of all.
class message_labels {
 public:
  message_labels(const bfs::partition& among, const apps::place& at)
      : vertices_(static_cast<std::size_t>(at.ranks)),
        pairs_(static_cast<std::size_t>(at.ranks)),
        first_(among.first(static_cast<std::size_t>(at.rank))),
        all_(among.vertices()) {
    for (std::size_t rank = 0; rank < vertices_.of.size(); ++rank) {
      vertices_.of[rank] = bfs::as_count(among.size(rank));
    }
    vertices_.follow_each_other();
    own_ = std::span(all_).subspan(first_, among.size(static_cast<std::size_t>(at.rank)));
  }

  void start() { std::iota(own_.begin(), own_.end(), static_cast<vertex>(first_)); }

  [[nodiscard]] const std::vector<vertex>& all() {
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, all_.data(), vertices_.of.data(), vertices_.from.data(),
                   MPI_UINT32_T, MPI_COMM_WORLD);
    return all_;
  }

  [[nodiscard]] bool lower(const hooking& by) {
    bool changed = false;
    const auto lower_label = [&](vertex& label, vertex to) {
      if (to >= label) return;
      label = to;
      changed = true;
    };
    for (std::size_t i = 0; i < own_.size(); ++i) lower_label(own_[i], by.own()[i]);
    for (const proposal& each : pairs_.exchange(by.for_others())) lower_label(own_[each.which - first_], each.label);
    MPI_Allreduce(MPI_IN_PLACE, &changed, 1, MPI_CXX_BOOL, MPI_LOR, MPI_COMM_WORLD);
    return changed;
  }

 private:
  bfs::counts vertices_;  // of each rank
  bfs::pair_exchange pairs_;
  std::size_t first_;
  std::vector<vertex> all_;
  std::span<vertex> own_;  // of all_
};

int run_with(const settings& with, const apps::place& at) {
  std::optional<edge_part> made = make_edges(with, at);
  if (!broadcast(made.has_value())) return EXIT_FAILURE;
  edge_part edges = made ? std::move(*made) : edge_part{};
  edges.vertices = broadcast(edges.vertices);
  edges.edges = broadcast(edges.edges);

  const bfs::partition among(edges.vertices, at.ranks);
  bfs::pair_exchange pairs(static_cast<std::size_t>(at.ranks));
  const auto rank = static_cast<std::size_t>(at.rank);
  const bfs::rows own =
      bfs::make_rows(pairs.exchange(bfs::deal_out(edges.own, among, at.ranks)), among.first(rank), among.size(rank));
  message_labels labels(among, at);
  const bfs::own_rows rows{.first_vertex = among.first(rank), .of = own.of, .targets = own.targets};
  return broadcast(run(labels, rows, among, edges, with, at)) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run_over_mpi(const apps::place& at, int argc, char** argv) {
  const auto [with, exit_code] = parse_command_line(argc, argv, at.rank == 0);
  return exit_code ? *exit_code : run_with(with, at);
}

}  // namespace

}  // namespace components

int main(int argc, char** argv) { return apps::run_with_mpi("components_mpi", argc, argv, components::run_over_mpi); }
