#include "shared_graph.hpp"

#include <algorithm>
#include <bit>

namespace bfs {

namespace {

/// The elements of a view that are one run of memory.
template <class T>
std::span<const T> as_span(const liana::read_view<T>& of) {
  return of.empty() ? std::span<const T>() : *of.chunks().begin();
}

}  // namespace

shared_graph::shared_graph(const partition& among)
    : among_(among),
      rank_(static_cast<std::size_t>(liana::rank())),
      ranks_(static_cast<std::size_t>(liana::size())),
      rows_(by_vertex<row>(among, 256)) {}

/// Every rank puts its arcs where everybody finds those for him.
std::vector<arc> shared_graph::exchange(const dealt_arcs& mine, std::size_t edges_before, std::size_t edges) const {
  auto arcs = liana::make_array<arc>(2 * edges, {.block_bytes = 65536});
  const std::size_t pitch = std::bit_ceil(ranks_ + 1);
  auto firsts = by_rank<std::uint64_t>(ranks_, pitch, pitch);
  std::vector<std::uint64_t> own_firsts = mine.first;
  for (std::uint64_t& each : own_firsts) each += 2 * edges_before;
  arcs.put(2 * edges_before, mine.arcs);
  firsts.put(rank_ * pitch, own_firsts);
  liana::barrier();

  std::vector<arc> own;
  for (std::size_t from = 0; from < ranks_; ++from) {
    const std::uint64_t first = firsts[from * pitch + rank_];
    const std::uint64_t end = firsts[from * pitch + rank_ + 1];
    own.resize(own.size() + (end - first));
    arcs.get(first, std::span(own).last(end - first));
  }
  liana::destroy(arcs);
  liana::destroy(firsts);
  return own;
}

void shared_graph::build(const dealt_arcs& mine, std::size_t edges_before, std::size_t edges) {
  const std::size_t first_vertex = among_.first(rank_);
  bfs::rows own = make_rows(exchange(mine, edges_before, edges), first_vertex, among_.size(rank_));
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

std::vector<row> shared_graph::find_rows(std::span<const std::size_t> which) const {
  std::vector<row> found(which.size());
  rows_.gather(which, found);
  return found;
}

void shared_graph::destroy() {
  own_row_view_.release();
  own_target_view_.release();
  liana::destroy(rows_);
  if (targets_) liana::destroy(targets_);
}

}  // namespace bfs
