#include "rows.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace pagerank {

rows::rows(std::vector<std::uint64_t> offsets, std::span<const std::uint32_t> out_degrees, std::size_t nodes)
    : offsets_(std::move(offsets)),
      weights_(out_degrees.size()),
      values_(out_degrees.size(), 1.0 / static_cast<double>(nodes)),
      received_(out_degrees.size(), 0.0),
      nodes_(static_cast<double>(nodes)),
      edge_(offsets_.front()) {
  std::transform(out_degrees.begin(), out_degrees.end(), weights_.begin(),
                 [](std::uint32_t degree) { return degree == 0 ? 0 : 1.0 / degree; });
}

void rows::receive(std::span<const node> sources, std::span<const double> shares) {
  const std::size_t end = edge_ + sources.size();
  const node* source = sources.data();
  while (edge_ < end) {
    while (offsets_[row_ + 1] <= edge_) ++row_;
    const std::size_t stop = std::min<std::size_t>(offsets_[row_ + 1], end);
    double sum = 0;
    for (; edge_ < stop; ++edge_, ++source) sum += shares[*source];
    received_[row_] += sum;
  }
}

totals rows::update(const parameters& with, const totals& before, std::span<double> shares) {
  const double everybodys = (1 - with.damping + with.damping * before.dangling) / nodes_;
  totals mine;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const double value = everybodys + with.damping * received_[i];
    mine.change += std::abs(value - values_[i]);
    mine.dangling += weights_[i] == 0 ? value : 0;
    values_[i] = value;
    shares[i] = value * weights_[i];
    received_[i] = 0;
  }
  row_ = 0;
  edge_ = offsets_.front();
  return mine;
}

totals rows::start(std::span<double> shares) const {
  totals mine;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    mine.dangling += weights_[i] == 0 ? values_[i] : 0;
    shares[i] = values_[i] * weights_[i];
  }
  return mine;
}

}  // namespace pagerank
