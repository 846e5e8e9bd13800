#include "power_iteration.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace pagerank {

namespace {

/// Edges looked at in one go: enough to have many fetches under way at once, few enough that what they pin fits the
/// smallest cache.
constexpr std::size_t batch_edges = 4096;

}  // namespace

power_iteration::power_iteration(const shared_graph& graph, const parameters& with, std::size_t block_bytes)
    : graph_(graph), with_(with) {
  const liana::array_options options{.block_bytes = block_bytes};
  values_ = liana::make_array<double>(graph.nodes, options);
  shares_ = liana::make_array<double>(graph.nodes, options);
  next_shares_ = liana::make_array<double>(graph.nodes, options);

  const auto [first, last] = values_.local_range();
  offsets_.resize(last - first + 1);
  graph.offsets.get(first, offsets_);
  out_degrees_.resize(last - first);
  graph.out_degrees.get(first, out_degrees_);

  own_.assign(last - first, 1.0 / static_cast<double>(graph.nodes));
  publish();
}

double power_iteration::step() {
  receive_shares();
  const double everybodys = (1 - with_.damping + with_.damping * sum_.dangling) / static_cast<double>(graph_.nodes);
  for (double& value : own_) value = everybodys + with_.damping * value;
  publish();
  return sum_.change;
}

/// Sets own_ to the sums of the shares that arrive over the incoming edges. What lives on other hosts is fetched once
/// and then read from replicas: the edges for good, the shares until they are written again.
void power_iteration::receive_shares() {
  std::fill(own_.begin(), own_.end(), 0.0);
  std::vector<std::size_t> from;
  std::vector<double> shares;
  std::size_t row = 0;
  std::size_t count = 0;
  for (std::size_t first = offsets_.front(); first < offsets_.back(); first += count) {
    count = std::min<std::size_t>(batch_edges, offsets_.back() - first);
    const auto sources = graph_.sources.read(first, count);
    from.assign(sources.begin(), sources.end());
    shares.resize(count);
    shares_.gather(from, shares);
    for (std::size_t i = 0; i < count; ++i) {
      while (offsets_[row + 1] <= first + i) ++row;
      own_[row] += shares[i];
    }
  }
}

/// Writes own_ where all ranks can read it.
void power_iteration::publish() {
  totals mine;
  {
    auto values = values_.write_local();
    auto shares = next_shares_.write_local();
    for (std::size_t i = 0; i < own_.size(); ++i) {
      const bool dangling = out_degrees_[i] == 0;
      mine.change += std::abs(own_[i] - values[i]);
      if (dangling) mine.dangling += own_[i];
      values[i] = own_[i];
      shares[i] = dangling ? 0 : own_[i] / out_degrees_[i];
    }
  }
  liana::barrier();  // all have written theirs
  std::swap(shares_, next_shares_);
  sum_ = liana::all_reduce(mine, [](const totals& a, const totals& b) {
    return totals{.change = a.change + b.change, .dangling = a.dangling + b.dangling};
  });
}

std::vector<double> power_iteration::values() const {
  std::vector<double> all(graph_.nodes);
  values_.get(0, all);
  return all;
}

void power_iteration::destroy() {
  liana::destroy(values_);
  liana::destroy(shares_);
  liana::destroy(next_shares_);
}

}  // namespace pagerank
