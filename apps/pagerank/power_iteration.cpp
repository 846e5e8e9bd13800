#include "power_iteration.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

namespace pagerank {

namespace {

/// Edges looked at in one go, few enough that what they pin fits the smallest cache.
constexpr std::size_t batch_edges = 4096;

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
      next_shares_(liana::make_array<double>(graph.nodes, {.block_bytes = block_bytes})),
      own_(own_rows(graph, values_)),
      shares_here_(graph.nodes) {
  publish([this](std::span<double> shares) { return own_.start(shares); });
}

double power_iteration::step() {
  shares_.get(0, shares_here_);
  receive_shares();
  publish([this](std::span<double> shares) { return own_.update(with_, sum_, shares); });
  return sum_.change;
}

/// Goes through the edges that lead to own nodes. They are read where they lie, or from replicas that stay valid,
/// because nobody writes them.
void power_iteration::receive_shares() {
  const std::size_t end = own_.first_edge() + own_.edges();
  for (std::size_t first = own_.first_edge(); first < end; first += batch_edges) {
    const auto sources = graph_.sources.read(first, std::min(batch_edges, end - first));
    for (const std::span<const node> chunk : sources.chunks()) own_.receive(chunk, shares_here_);
  }
}

/// `fill` writes this rank's part of the next shares and returns its totals.
template <class Fill>
void power_iteration::publish(Fill fill) {
  auto shares = next_shares_.write_local();
  const totals mine = fill(shares);
  shares.release();
  liana::barrier();  // all have written theirs
  std::swap(shares_, next_shares_);
  sum_ = liana::all_reduce(mine, [](const totals& a, const totals& b) { return a + b; });
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
  liana::destroy(next_shares_);
}

}  // namespace pagerank
