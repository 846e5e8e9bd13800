// The same program in plain MPI, to compare with: the same rows of nodes on the same ranks. Each rank keeps its edges
// and a copy of the shares that these need, which one collective call an iteration brings up to date.
//
// Where most shares are needed everywhere, as in a random graph with several edges a node, that is MPI_Allgatherv of
// all, in place. Where few are, MPI_Alltoallv of the few: of Debian's packages two ranks need half, and to pick them
// out and send them takes 21 us where all take 29.

#include <algorithm>
#include <array>
#include <bit>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <mpi.h>

#include "../common/program_mpi.hpp"
#include "graph.hpp"
#include "rows.hpp"
#include "run.hpp"

namespace pagerank {

namespace {

using apps::as_count;
using apps::broadcast;

/// The nodes of all ranks: as many each as whole blocks of PageRanks allow, like the blocks of a global array.
class partition {
 public:
  partition(std::size_t nodes, std::size_t block_bytes, int ranks) {
    if (!std::has_single_bit(block_bytes) || block_bytes < sizeof(double)) {
      throw std::invalid_argument(
          fmt::format("--block-bytes {}: expected a power of two from {} on", block_bytes, sizeof(double)));
    }
    const std::size_t per_block = block_bytes / sizeof(double);
    const auto count = static_cast<std::size_t>(ranks);
    const std::size_t blocks = (nodes + per_block - 1) / per_block;
    each_ = (blocks + count - 1) / count * per_block;
    for (std::size_t rank = 0; rank <= count; ++rank) first_.push_back(std::min(rank * each_, nodes));
  }

  [[nodiscard]] int ranks() const { return static_cast<int>(first_.size()) - 1; }
  [[nodiscard]] std::size_t first(int rank) const { return first_[static_cast<std::size_t>(rank)]; }
  [[nodiscard]] std::size_t size(int rank) const { return first(rank + 1) - first(rank); }
  [[nodiscard]] int owner(std::size_t which) const { return static_cast<int>(which / each_); }

 private:
  std::size_t each_;
  std::vector<std::size_t> first_;  // one more than ranks
};

/// How many elements each rank has, and where they begin: what MPI's collective calls want.
struct counts {
  std::vector<int> of;
  std::vector<int> from;
};

/// Collective. `all` of rank 0 is dealt out.
template <class T>
std::vector<T> deal_out(const std::vector<T>& all, const counts& how, const apps::place& at, MPI_Datatype type) {
  std::vector<T> mine(static_cast<std::size_t>(how.of[static_cast<std::size_t>(at.rank)]));
  MPI_Scatterv(all.data(), how.of.data(), how.from.data(), type, mine.data(), as_count(mine.size()), type, 0,
               MPI_COMM_WORLD);
  return mine;
}

/// The iteration that all ranks do together. The totals of a rank travel behind its shares, so that an iteration is one
/// collective call: in the array of shares there is room for those of each rank and two more.
class message_iteration {
 public:
  /// Collective. Rank 0 has the graph.
  message_iteration(const std::optional<graph>& read, const settings& with, const apps::place& at)
      : nodes_(broadcast(read ? read->nodes : 0)),
        with_(with.computation),
        at_(at),
        nodes_of_(nodes_, with.block_bytes, at.ranks) {
    for (int rank = 0; rank < at.ranks; ++rank) {
      gathered_.of.push_back(as_count(nodes_of_.size(rank) + extra));
      gathered_.from.push_back(as_count(nodes_of_.first(rank) + static_cast<std::size_t>(rank) * extra));
    }
    shares_.assign(nodes_ + static_cast<std::size_t>(at.ranks) * extra, 0.0);
    receive_rows(read);
    choose_shares();
    exchange(rows_->start(own_shares()));
  }

  /// Collective. One iteration; returns its residual.
  double step() {
    rows_->receive(sources_, shares_);
    exchange(rows_->update(with_, sum_, own_shares()));
    return sum_.change;
  }

  /// Collective. The PageRanks of all nodes on rank 0.
  [[nodiscard]] std::vector<double> values() const {
    counts how;
    for (int rank = 0; rank < at_.ranks; ++rank) {
      how.of.push_back(as_count(nodes_of_.size(rank)));
      how.from.push_back(as_count(nodes_of_.first(rank)));
    }
    std::vector<double> all(at_.rank == 0 ? nodes_ : 0);
    MPI_Gatherv(rows_->values().data(), as_count(rows_->size()), MPI_DOUBLE, all.data(), how.of.data(), how.from.data(),
                MPI_DOUBLE, 0, MPI_COMM_WORLD);
    return all;
  }

 private:
  static constexpr std::size_t extra = sizeof(totals) / sizeof(double);

  /// Where the shares of a rank begin in `shares_`.
  [[nodiscard]] std::size_t shares_of(int rank) const {
    return static_cast<std::size_t>(gathered_.from[static_cast<std::size_t>(rank)]);
  }
  [[nodiscard]] std::span<double> own_shares() {
    return std::span(shares_).subspan(shares_of(at_.rank), nodes_of_.size(at_.rank));
  }

  /// Collective. Every rank gets its rows of the graph.
  void receive_rows(const std::optional<graph>& read) {
    const incoming_edges all = read ? incoming(*read) : incoming_edges{};
    const std::vector<std::uint32_t> degrees = read ? out_degrees(*read) : std::vector<std::uint32_t>{};
    counts nodes;
    counts bounds;  // each rank gets the end of its last row too
    for (int rank = 0; rank < at_.ranks; ++rank) {
      nodes.of.push_back(as_count(nodes_of_.size(rank)));
      nodes.from.push_back(as_count(nodes_of_.first(rank)));
      bounds.of.push_back(nodes.of.back() + 1);
      bounds.from.push_back(nodes.from.back());
    }
    auto offsets = deal_out(all.offsets, bounds, at_, MPI_UINT64_T);
    const auto own_degrees = deal_out(degrees, nodes, at_, MPI_UINT32_T);

    const std::pair<std::uint64_t, std::uint64_t> mine(offsets.front(), offsets.back());
    std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges(static_cast<std::size_t>(at_.ranks));
    MPI_Allgather(&mine, sizeof mine, MPI_BYTE, ranges.data(), sizeof mine, MPI_BYTE, MPI_COMM_WORLD);
    counts edges;
    for (const auto& [first, end] : ranges) {
      edges.of.push_back(as_count(end - first));
      edges.from.push_back(as_count(first));
    }
    sources_ = deal_out(all.sources, edges, at_, MPI_UINT32_T);
    rows_.emplace(std::move(offsets), own_degrees, nodes_);
  }

  /// Collective. Decides which shares are sent, and turns `sources_` from nodes into places in `shares_`.
  void choose_shares() {
    std::vector<node> needed = sources_;
    std::erase_if(needed, [&](node each) { return nodes_of_.owner(each) == at_.rank; });
    std::sort(needed.begin(), needed.end());
    needed.erase(std::unique(needed.begin(), needed.end()), needed.end());
    std::array<std::uint64_t, 2> sum{needed.size(), nodes_ - nodes_of_.size(at_.rank)};
    MPI_Allreduce(MPI_IN_PLACE, sum.data(), 2, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
    const bool few = 4 * sum[0] < 3 * sum[1];

    std::vector<node> places(nodes_);
    received_ = gathered_;
    for (int rank = 0; rank < at_.ranks; ++rank) {
      const std::size_t first = nodes_of_.first(rank);
      const auto all = std::span(places).subspan(first, nodes_of_.size(rank));
      std::iota(all.begin(), all.end(), static_cast<node>(shares_of(rank)));
      if (!few || rank == at_.rank) continue;
      const auto begin = std::lower_bound(needed.begin(), needed.end(), first);
      const auto end = std::lower_bound(begin, needed.end(), first + all.size());
      auto place = static_cast<node>(shares_of(rank));
      for (auto each = begin; each != end; ++each, ++place) places[*each] = place;
      received_.of[static_cast<std::size_t>(rank)] = as_count(static_cast<std::size_t>(end - begin) + extra);
    }
    for (node& each : sources_) each = places[each];
    if (few) ask_for(needed);
  }

  /// Collective. Tells every rank which of its shares this one needs, the `needed` in ascending order.
  void ask_for(const std::vector<node>& needed) {
    const auto ranks = static_cast<std::size_t>(at_.ranks);
    counts asked;   // by this rank
    counts picked;  // for the others
    for (std::size_t rank = 0; rank < ranks; ++rank) {
      const bool own = static_cast<int>(rank) == at_.rank;
      asked.of.push_back(own ? 0 : received_.of[rank] - static_cast<int>(extra));
      asked.from.push_back(rank == 0 ? 0 : asked.from.back() + asked.of[rank - 1]);
    }
    picked.of.resize(ranks);
    MPI_Alltoall(asked.of.data(), 1, MPI_INT, picked.of.data(), 1, MPI_INT, MPI_COMM_WORLD);
    for (std::size_t rank = 0; rank < ranks; ++rank) {
      picked.from.push_back(rank == 0 ? 0 : picked.from.back() + picked.of[rank - 1]);
      sent_.of.push_back(picked.of[rank] + static_cast<int>(extra));
      sent_.from.push_back(picked.from[rank] + static_cast<int>(rank * extra));
    }
    picked_.resize(static_cast<std::size_t>(picked.from.back()) + static_cast<std::size_t>(picked.of.back()));
    MPI_Alltoallv(needed.data(), asked.of.data(), asked.from.data(), MPI_UINT32_T, picked_.data(), picked.of.data(),
                  picked.from.data(), MPI_UINT32_T, MPI_COMM_WORLD);
    for (node& each : picked_) each -= static_cast<node>(nodes_of_.first(at_.rank));
    to_send_.resize(picked_.size() + ranks * extra);
    const auto self = static_cast<std::size_t>(at_.rank);
    sent_.of[self] = received_.of[self] = 0;
  }

  /// Collective. The shares to the ranks that need them, and the sum of all totals.
  void exchange(const totals& mine) {
    const std::array<double, extra> behind{mine.change, mine.dangling};
    std::copy(behind.begin(), behind.end(), own_shares().end());
    if (sent_.of.empty()) {
      MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, shares_.data(), gathered_.of.data(), gathered_.from.data(),
                     MPI_DOUBLE, MPI_COMM_WORLD);
    } else {
      send_picked(behind);
    }
    sum_ = {};
    for (int rank = 0; rank < at_.ranks; ++rank) {
      const auto count = rank == at_.rank ? nodes_of_.size(rank) + extra
                                          : static_cast<std::size_t>(received_.of[static_cast<std::size_t>(rank)]);
      const double* const theirs = shares_.data() + shares_of(rank) + count - extra;
      sum_ = sum_ + totals{.change = theirs[0], .dangling = theirs[1]};
    }
  }

  void send_picked(const std::array<double, extra>& behind) {
    const std::span<const double> own = own_shares();
    auto next = picked_.begin();
    for (std::size_t rank = 0; rank < sent_.of.size(); ++rank) {
      if (sent_.of[rank] == 0) continue;
      double* to = to_send_.data() + sent_.from[rank];
      const auto end = next + (sent_.of[rank] - static_cast<int>(extra));
      for (; next != end; ++next, ++to) *to = own[*next];
      std::copy(behind.begin(), behind.end(), to);
    }
    MPI_Alltoallv(to_send_.data(), sent_.of.data(), sent_.from.data(), MPI_DOUBLE, shares_.data(), received_.of.data(),
                  received_.from.data(), MPI_DOUBLE, MPI_COMM_WORLD);
  }

  std::size_t nodes_;
  parameters with_;
  apps::place at_;
  partition nodes_of_;
  counts gathered_;  // room for each rank in shares_

  std::vector<node> sources_;   // places in shares_
  std::vector<double> shares_;  // of each rank: shares, then totals
  counts received_;             // of each rank, in shares_

  // Where only those shares are sent that are needed; empty elsewhere.
  counts sent_;                  // to each rank, in to_send_
  std::vector<node> picked_;     // of own nodes, for one rank after the other
  std::vector<double> to_send_;  // for each rank: shares, then totals

  std::optional<rows> rows_;
  totals sum_;  // over all nodes
};

int run(const settings& with, const apps::place& at) {
  const std::optional<graph> read = read_on_first(with, at);
  if (!broadcast(read.has_value())) return EXIT_FAILURE;
  message_iteration iteration(read, with, at);
  const outcome result = iterate(iteration, with.computation, at);
  return broadcast(report(read, result, with)) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run_over_mpi(const apps::place& at, int argc, char** argv) {
  const auto [with, exit_code] = parse_command_line(argc, argv, at.rank == 0);
  return exit_code ? *exit_code : run(with, at);
}

}  // namespace

}  // namespace pagerank

int main(int argc, char** argv) { return apps::run_with_mpi("pagerank_mpi", argc, argv, pagerank::run_over_mpi); }
