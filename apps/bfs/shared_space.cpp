#include "shared_space.hpp"

#include <algorithm>

namespace bfs {

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

}  // namespace bfs
