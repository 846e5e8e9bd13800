// Breadth-first searches in distributed shared memory; README.md says what is where.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>
#include <vector>

#include <fmt/core.h>

#include <liana/liana.hpp>

#include "frontier.hpp"
#include "rows.hpp"
#include "run.hpp"
#include "shared_graph.hpp"
#include "validate.hpp"

namespace bfs {

namespace {

/// What the ranks have in common, as `program` and `search` want it. A vertex's parent and bits of bitmaps are at home
/// with the rank whose vertex it is, like its row; anybody can read them.
class shared_space {
 public:
  /// Collective.
  explicit shared_space(const partition& among);

  // ---- the graph ----

  void build(const dealt_arcs& mine, std::size_t edges_before, std::size_t edges) {
    graph_.build(mine, edges_before, edges);
  }
  [[nodiscard]] const own_rows& rows() const { return graph_.rows(); }
  [[nodiscard]] std::vector<row> find_rows(std::span<const std::size_t> which) const { return graph_.find_rows(which); }

  // ---- a search ----

  template <class F>
  void with_parents(F f) const {
    const auto parents = parents_.write_local();  // in place; ranks that want to read them wait
    f(std::span<vertex>(parents).first(among_.size(rank_)));
  }
  [[nodiscard]] frontier_size sum(const frontier_size& mine);
  void all(std::span<const word> own, bitmap& to) const;

  template <class F>
  void steps(const std::vector<std::vector<step>>& out, F f) {
    put_steps(out);
    liana::barrier();
    for (std::size_t from = 0; from < ranks_; ++from) {
      if (from == rank_) continue;
      const std::uint64_t count = step_counts_[from * ranks_ + rank_];
      received_.resize(count);
      steps_.get((from * ranks_ + rank_) * among_.each(), received_);
      f(std::span<const step>(received_));
    }
  }

  // ---- what checks it ----

  [[nodiscard]] std::vector<vertex> all_parents() const;
  void unite(bitmap& marked) const;
  [[nodiscard]] static violations sum(const violations& mine);

  /// Collective. Frees everything.
  void destroy();

 private:
  void put_steps(const std::vector<std::vector<step>>& out) const;

  const partition& among_;
  std::size_t rank_;
  std::size_t ranks_;

  shared_graph graph_;
  liana::array<vertex> parents_;  // of all vertices

  liana::array<frontier_size> sizes_;        // of each rank's frontier, in two rows that are used in turn
  liana::array<word> frontier_;              // of all vertices
  liana::array<step> steps_;                 // from each rank to each
  liana::array<std::uint64_t> step_counts_;  // the same
  liana::array<word> marked_;                // a bitmap of all vertices for each rank

  std::size_t sizes_row_ = 0;  // which of them is next
  std::vector<step> received_;
};

shared_space::shared_space(const partition& among)
    : among_(among),
      rank_(static_cast<std::size_t>(liana::rank())),
      ranks_(static_cast<std::size_t>(liana::size())),
      graph_(among),
      parents_(by_vertex<vertex>(among, 16384)),
      sizes_(by_rank<frontier_size>(ranks_, 2, 1)),
      frontier_(by_rank<word>(ranks_, among.each() / word_bits, among.unit() / word_bits)),
      steps_(by_rank<step>(ranks_, ranks_ * among.each(), std::min<std::size_t>(512, among.unit()))),
      step_counts_(by_rank<std::uint64_t>(ranks_, ranks_, 1)),
      marked_(by_rank<word>(ranks_, words_for(among.vertices()), among.unit() / word_bits)) {}

/// Twice as fast as `all_reduce`, which works for any type and number of ranks. A rank that comes out of one call early
/// and begins the next one does not write where others still read.
frontier_size shared_space::sum(const frontier_size& mine) {
  sizes_[2 * rank_ + sizes_row_] = mine;
  liana::barrier();
  frontier_size all;
  for (std::size_t rank = 0; rank < ranks_; ++rank) all = all + sizes_[2 * rank + sizes_row_];
  sizes_row_ = 1 - sizes_row_;
  return all;
}

void shared_space::all(std::span<const word> own, bitmap& to) const {
  const std::size_t first = among_.first(rank_) / word_bits;
  frontier_.put(first, own);
  liana::barrier();
  frontier_.get(0, to.words());
}

void shared_space::put_steps(const std::vector<std::vector<step>>& out) const {
  for (std::size_t to = 0; to < ranks_; ++to) {
    steps_.put((rank_ * ranks_ + to) * among_.each(), out[to]);
    step_counts_[rank_ * ranks_ + to] = out[to].size();
  }
}

std::vector<vertex> shared_space::all_parents() const {
  liana::barrier();  // all have finished
  std::vector<vertex> all(among_.vertices());
  parents_.get(0, all);
  return all;
}

void shared_space::unite(bitmap& marked) const {
  const std::size_t pitch = marked_.size() / ranks_;
  marked_.put(rank_ * pitch, marked.words());
  liana::barrier();
  const std::size_t first = among_.first(rank_) / word_bits;
  const auto own = marked.words().subspan(first, words_for(among_.size(rank_)));
  std::vector<word> theirs(own.size());
  for (std::size_t from = 0; from < ranks_; ++from) {
    marked_.get(from * pitch + first, theirs);
    for (std::size_t i = 0; i < own.size(); ++i) own[i] |= theirs[i];
  }
}

violations shared_space::sum(const violations& mine) {
  return liana::all_reduce(mine, [](const violations& a, const violations& b) { return a + b; });
}

void shared_space::destroy() {
  graph_.destroy();
  liana::destroy(parents_);
  liana::destroy(sizes_);
  liana::destroy(frontier_);
  liana::destroy(steps_);
  liana::destroy(step_counts_);
  liana::destroy(marked_);
}

}  // namespace

}  // namespace bfs

int main(int argc, char** argv) {
  try {
    const liana::runtime runtime(argc, argv);
    const auto [with, exit_code] = bfs::parse_command_line(argc, argv, liana::rank() == 0);
    if (exit_code) return *exit_code;
    const apps::place at{.rank = liana::rank(), .ranks = liana::size()};
    const bfs::partition among(with.graph.vertices(), at.ranks);
    bfs::shared_space space(among);
    const int status = bfs::program(space, with, among, at).run();
    space.destroy();
    return status;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bfs: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
