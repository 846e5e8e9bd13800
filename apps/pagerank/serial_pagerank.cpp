#include "serial_pagerank.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pagerank {

serial_result serial_pagerank(const graph& of, const parameters& with) {
  const auto nodes = static_cast<double>(of.nodes);
  const auto degrees = out_degrees(of);
  serial_result result;
  std::vector<double>& values = result.values;
  values.assign(of.nodes, 1.0 / nodes);
  std::vector<double> received(of.nodes);

  for (int iteration = 0; iteration < with.max_iterations; ++iteration) {
    double dangling = 0;
    for (std::size_t i = 0; i < of.nodes; ++i) {
      if (degrees[i] == 0) dangling += values[i];
    }
    received.assign(of.nodes, 0.0);
    for (const auto& [from, to] : of.edges) received[to] += values[from] / degrees[from];

    double residual = 0;
    for (std::size_t i = 0; i < of.nodes; ++i) {
      const double value = (1 - with.damping) / nodes + with.damping * (received[i] + dangling / nodes);
      residual += std::abs(value - values[i]);
      values[i] = value;
    }
    result.residuals.push_back(residual);
    if (residual < with.tolerance) break;
  }
  return result;
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
