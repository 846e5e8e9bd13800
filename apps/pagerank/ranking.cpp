#include "ranking.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

namespace pagerank {

std::string printed(double value) { return fmt::format("{:.10f}", value); }

std::vector<node> highest(const graph& of, const std::vector<double>& values, std::size_t count) {
  // In units of the last digit that is printed.
  std::vector<double> rounded(values.size());
  std::transform(values.begin(), values.end(), rounded.begin(), [](double value) { return std::round(value * 1e10); });
  std::vector<node> nodes(of.nodes);
  std::iota(nodes.begin(), nodes.end(), node{0});
  const auto end = nodes.begin() + static_cast<std::ptrdiff_t>(std::min(count, nodes.size()));
  std::partial_sort(nodes.begin(), end, nodes.end(), [&](node a, node b) {
    return rounded[a] != rounded[b] ? rounded[a] > rounded[b] : of.name(a) < of.name(b);
  });
  nodes.erase(end, nodes.end());
  return nodes;
}

double greatest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  if (a.size() != b.size()) return infinite;
  double greatest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(a[i] - b[i]);
    if (std::isnan(difference)) return infinite;  // std::max would not notice
    greatest = std::max(greatest, difference);
  }
  return greatest;
}

}  // namespace pagerank
