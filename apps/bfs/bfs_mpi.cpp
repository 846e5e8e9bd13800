// The same program in plain MPI, to compare with: the same vertices on the same ranks. Going down, the steps to the
// vertices of others travel in one MPI_Alltoallv a level; looking up, everybody gets the bitmap of the frontier by
// MPI_Allgatherv.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <mpi.h>

#include "../common/program_mpi.hpp"
#include "frontier.hpp"
#include "graph_mpi.hpp"
#include "rows.hpp"
#include "run.hpp"
#include "validate.hpp"

namespace bfs {

namespace {

/// What the ranks have in common, as `program` and `search` want it.
class message_space {
 public:
  message_space(const partition& among, const apps::place& at)
      : among_(among),
        rank_(static_cast<std::size_t>(at.rank)),
        ranks_(static_cast<std::size_t>(at.ranks)),
        parents_(among.size(rank_)),
        words_(ranks_),
        vertices_(ranks_),
        pairs_(ranks_) {
    for (std::size_t rank = 0; rank < ranks_; ++rank) {
      vertices_.of[rank] = as_count(among.size(rank));
      words_.of[rank] = as_count(words_for(among.size(rank)));
    }
    vertices_.follow_each_other();
    words_.follow_each_other();
  }

  void build(const dealt_arcs& mine, std::size_t /*edges_before*/, std::size_t /*edges*/) {
    graph_ = make_rows(pairs_.exchange(mine), among_.first(rank_), among_.size(rank_));
    own_ = {.first_vertex = among_.first(rank_), .of = graph_.of, .targets = graph_.targets};
  }
  [[nodiscard]] const own_rows& rows() const { return own_; }

  [[nodiscard]] std::vector<row> find_rows(std::span<const std::size_t> which) const {
    std::vector<row> found(which.size());
    for (std::size_t i = 0; i < which.size(); ++i) {
      const auto each = static_cast<vertex>(which[i]);
      if (among_.owner(each) == rank_) found[i] = own_.of_vertex(each);
    }
    // All are 0 but for the owner's.
    MPI_Allreduce(MPI_IN_PLACE, found.data(), as_count(found.size() * sizeof(row) / sizeof(std::uint64_t)),
                  MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
    return found;
  }

  template <class F>
  void with_parents(F f) {
    f(std::span(parents_));
  }

  [[nodiscard]] static frontier_size sum(const frontier_size& mine) { return sum_of_words(mine); }
  [[nodiscard]] static violations sum(const violations& mine) { return sum_of_words(mine); }

  void all(std::span<const word> own, bitmap& to) const {
    MPI_Allgatherv(own.data(), as_count(own.size()), MPI_UINT64_T, to.words().data(), words_.of.data(),
                   words_.from.data(), MPI_UINT64_T, MPI_COMM_WORLD);
  }

  template <class F>
  void steps(const std::vector<std::vector<step>>& out, F f) {
    f(std::span<const step>(pairs_.exchange(out)));
  }

  [[nodiscard]] std::vector<vertex> all_parents() const {
    std::vector<vertex> all(among_.vertices());
    MPI_Allgatherv(parents_.data(), as_count(parents_.size()), MPI_UINT32_T, all.data(), vertices_.of.data(),
                   vertices_.from.data(), MPI_UINT32_T, MPI_COMM_WORLD);
    return all;
  }

  static void unite(bitmap& marked) {
    MPI_Allreduce(MPI_IN_PLACE, marked.words().data(), as_count(marked.words().size()), MPI_UINT64_T, MPI_BOR,
                  MPI_COMM_WORLD);
  }

 private:
  template <class T>
  static T sum_of_words(const T& mine) {
    T all;
    MPI_Allreduce(&mine, &all, sizeof(T) / sizeof(std::uint64_t), MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
    return all;
  }

  const partition& among_;
  std::size_t rank_;
  std::size_t ranks_;

  bfs::rows graph_;
  own_rows own_;
  std::vector<vertex> parents_;

  counts words_;     // of a bitmap that each rank has
  counts vertices_;  // that each rank has
  pair_exchange pairs_;
};

int run_over_mpi(const apps::place& at, int argc, char** argv) {
  const auto [with, exit_code] = parse_command_line(argc, argv, at.rank == 0);
  if (exit_code) return *exit_code;
  const partition among(with.graph.vertices(), at.ranks);
  message_space space(among, at);
  return program(space, with, among, at).run();
}

}  // namespace

}  // namespace bfs

int main(int argc, char** argv) { return apps::run_with_mpi("bfs_mpi", argc, argv, bfs::run_over_mpi); }
