#include "shared_space.hpp"

#include <algorithm>
#include <bit>

namespace bfs {

namespace {

/// An array that lies as the vertices do: a unit of them in a block.
template <class T>
liana::array<T> by_vertex(const partition& among) {
  return liana::make_array<T>(among.vertices(), {.block_bytes = among.unit() * sizeof(T)});
}

/// For each rank, in its memory, `each` elements and what is needed to fill a block.
template <class T>
liana::array<T> by_rank(std::size_t ranks, std::size_t each, std::size_t block_elements) {
  const std::size_t whole = (each + block_elements - 1) / block_elements * block_elements;
  return liana::make_array<T>(ranks * whole, {.block_bytes = block_elements * sizeof(T)});
}

/// The elements of a view that are one run of memory.
template <class T>
std::span<const T> as_span(const liana::read_view<T>& of) {
  return of.empty() ? std::span<const T>() : *of.chunks().begin();
}

}  // namespace

shared_space::shared_space(const partition& among, std::size_t edges)
    : among_(among),
      edges_(edges),
      rank_(static_cast<std::size_t>(liana::rank())),
      ranks_(static_cast<std::size_t>(liana::size())),
      rows_(by_vertex<row>(among)),
      parents_(by_vertex<vertex>(among)),
      sizes_(by_rank<frontier_size>(ranks_, 2, 1)),
      frontier_(liana::make_array<word>(words_for(among.vertices()), {.block_bytes = among.unit() / 8})),
      steps_(by_rank<step>(ranks_, ranks_ * among.each(), among.unit())),
      step_counts_(by_rank<std::uint64_t>(ranks_, ranks_, 1)),
      marked_(by_rank<word>(ranks_, words_for(among.vertices()), among.unit() / word_bits)) {}

/// Every rank puts its arcs where everybody finds those for him: rank r begins at twice the number of its first edge.
std::vector<arc> shared_space::exchange(const dealt_arcs& mine) const {
  auto arcs = liana::make_array<arc>(2 * edges_, {.block_bytes = 65536});
  auto firsts = by_rank<std::uint64_t>(ranks_, std::bit_ceil(ranks_ + 1), std::bit_ceil(ranks_ + 1));
  const std::size_t pitch = firsts.block_elements();
  arcs.put(2 * (edges_ * rank_ / ranks_), mine.arcs);
  firsts.put(rank_ * pitch, mine.first);
  liana::barrier();

  std::vector<arc> own;
  for (std::size_t from = 0; from < ranks_; ++from) {
    const std::uint64_t first = firsts[from * pitch + rank_];
    const std::uint64_t end = firsts[from * pitch + rank_ + 1];
    own.resize(own.size() + (end - first));
    arcs.get(2 * (edges_ * from / ranks_) + first, std::span(own).last(end - first));
  }
  liana::destroy(arcs);
  liana::destroy(firsts);
  return own;
}

void shared_space::build(const dealt_arcs& mine) {
  const std::size_t first_vertex = among_.first(rank_);
  bfs::rows own = make_rows(exchange(mine), first_vertex, among_.size(rank_));
  const std::size_t most =
      liana::all_reduce(own.targets.size(), [](std::size_t a, std::size_t b) { return std::max(a, b); });
  targets_ = by_rank<vertex>(ranks_, most, 16384);
  const std::size_t first_target = rank_ * (targets_.size() / ranks_);
  for (row& each : own.of) each.first += first_target;
  rows_.put(first_vertex, own.of);
  targets_.put(first_target, own.targets);
  liana::barrier();

  own_row_view_ = rows_.read(first_vertex, own.of.size());
  own_target_view_ = targets_.read(first_target, own.targets.size());
  own_ = {.first_vertex = first_vertex, .of = as_span(own_row_view_), .targets = as_span(own_target_view_)};
}

std::vector<row> shared_space::find_rows(std::span<const std::size_t> which) const {
  std::vector<row> found(which.size());
  rows_.gather(which, found);
  return found;
}

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
  std::vector<vertex> all(parents_.size());
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
  own_row_view_.release();
  own_target_view_.release();
  liana::destroy(rows_);
  if (targets_) liana::destroy(targets_);
  liana::destroy(parents_);
  liana::destroy(sizes_);
  liana::destroy(frontier_);
  liana::destroy(steps_);
  liana::destroy(step_counts_);
  liana::destroy(marked_);
}

}  // namespace bfs
