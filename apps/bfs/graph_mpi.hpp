// What twins in MPI need to deal out a graph.
#pragma once

#include <climits>
#include <cstddef>
#include <numeric>
#include <stdexcept>
#include <vector>

#include <fmt/core.h>
#include <mpi.h>

#include "../common/program_mpi.hpp"
#include "rows.hpp"

namespace bfs {

using apps::as_count;

/// How many elements of each rank, and where they begin: what MPI's collective calls want.
struct counts {
  std::vector<int> of;
  std::vector<int> from;

  explicit counts(std::size_t ranks) : of(ranks), from(ranks) {}
  void follow_each_other() { std::exclusive_scan(of.begin(), of.end(), from.begin(), 0); }
  [[nodiscard]] std::size_t first(std::size_t rank) const { return static_cast<std::size_t>(from[rank]); }
  [[nodiscard]] std::size_t size(std::size_t rank) const { return static_cast<std::size_t>(of[rank]); }
  [[nodiscard]] std::size_t sum() const { return first(of.size() - 1) + size(of.size() - 1); }
};

/// Sends pairs of vertices from all ranks to all.
class pair_exchange {
 public:
  explicit pair_exchange(std::size_t ranks) : sent_(ranks), received_(ranks) {
    MPI_Type_contiguous(2, MPI_UINT32_T, &type_);
    MPI_Type_commit(&type_);
  }
  pair_exchange(const pair_exchange&) = delete;
  pair_exchange& operator=(const pair_exchange&) = delete;
  ~pair_exchange() { MPI_Type_free(&type_); }

  /// Collective. out[r] goes to rank r; returns what comes from all.
  template <class Pair>
  [[nodiscard]] std::vector<Pair> exchange(const std::vector<std::vector<Pair>>& out) {
    std::vector<Pair> together;
    for (std::size_t to = 0; to < out.size(); ++to) {
      sent_.from[to] = as_count(together.size());
      sent_.of[to] = as_count(out[to].size());
      together.insert(together.end(), out[to].begin(), out[to].end());
    }
    return exchange_together(together);
  }

  /// Collective. The arcs from this rank's vertices.
  [[nodiscard]] std::vector<arc> exchange(const dealt_arcs& mine) {
    for (std::size_t rank = 0; rank < sent_.of.size(); ++rank) {
      sent_.of[rank] = as_count(mine.first[rank + 1] - mine.first[rank]);
      sent_.from[rank] = as_count(mine.first[rank]);
    }
    return exchange_together(mine.arcs);
  }

 private:
  template <class Pair>
  std::vector<Pair> exchange_together(const std::vector<Pair>& out) {
    static_assert(sizeof(Pair) == 2 * sizeof(vertex));
    MPI_Alltoall(sent_.of.data(), 1, MPI_INT, received_.of.data(), 1, MPI_INT, MPI_COMM_WORLD);
    received_.follow_each_other();
    std::vector<Pair> in(received_.sum());
    MPI_Alltoallv(out.data(), sent_.of.data(), sent_.from.data(), type_, in.data(), received_.of.data(),
                  received_.from.data(), type_, MPI_COMM_WORLD);
    return in;
  }

  counts sent_;
  counts received_;
  MPI_Datatype type_ = MPI_DATATYPE_NULL;
};

}  // namespace bfs
