#include "power_iteration.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace pagerank {

namespace {

rows own_rows(const shared_graph& of, const liana::array<double>& values) {
  const auto [first, end] = values.local_range();
  std::vector<std::uint64_t> offsets(end - first + 1);
  of.offsets.get(first, offsets);
  std::vector<std::uint32_t> out_degrees(end - first);
  of.out_degrees.get(first, out_degrees);
  return {std::move(offsets), out_degrees, of.nodes};
}

}  // namespace

power_iteration::power_iteration(const shared_graph& graph, const parameters& with, std::size_t block_bytes)
    : graph_(graph),
      with_(with),
      values_(liana::make_array<double>(graph.nodes, {.block_bytes = block_bytes})),
      shares_(liana::make_array<double>(graph.nodes, {.block_bytes = block_bytes})),
      own_(own_rows(graph, values_)),
      shares_here_(graph.nodes) {
  publish(own_.start(own_shares()));
}

double power_iteration::step() {
  get_shares_of_others();
  receive_shares();
  publish(own_.update(with_, sum_, own_shares()));
  return sum_.change;
}

std::span<double> power_iteration::own_shares() {
  return std::span(shares_here_).subspan(shares_.local_range().first, own_.size());
}

void power_iteration::get_shares_of_others() {
  const auto [first, end] = shares_.local_range();
  const std::span all(shares_here_);
  shares_.get(0, all.first(first));
  shares_.get(end, all.subspan(end));
}

/// Goes through the edges that lead to own nodes, block by block. They are read where they lie, or from replicas, which
/// stay valid because nobody writes them.
void power_iteration::receive_shares() {
  const std::size_t end = own_.first_edge() + own_.edges();
  const std::size_t in_block = graph_.sources.block_elements();
  for (std::size_t first = own_.first_edge(); first < end;) {
    const std::size_t count = std::min(in_block - first % in_block, end - first);
    const auto sources = graph_.sources.read(first, count);
    own_.receive(*sources.chunks().begin(), shares_here_);
    first += count;
  }
}

/// What this rank has made of its shares becomes what all read.
void power_iteration::publish(const totals& mine) {
  // Nobody comes out of this before all have got the shares that are now to be replaced.
  sum_ = liana::all_reduce(mine, [](const totals& a, const totals& b) { return a + b; });
  shares_.put(shares_.local_range().first, own_shares());
  liana::barrier();  // all have put theirs
}

std::vector<double> power_iteration::values() const {
  values_.put(values_.local_range().first, own_.values());
  liana::barrier();
  std::vector<double> all;
  if (liana::rank() == 0) {
    all.resize(graph_.nodes);
    values_.get(0, all);
  }
  return all;
}

void power_iteration::destroy() {
  liana::destroy(values_);
  liana::destroy(shares_);
}

}  // namespace pagerank
