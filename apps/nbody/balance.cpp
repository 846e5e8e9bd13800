#include "balance.hpp"

#include <algorithm>

namespace nbody {

std::vector<sample> sample_costs(std::span<const morton_key> keys, std::span<const body> bodies) {
  double total = 0;
  for (const body& each : bodies) total += static_cast<double>(each.cost);
  std::vector<sample> samples;
  samples.reserve(samples_per_rank);
  const double distance = total / static_cast<double>(samples_per_rank);
  double passed = 0;
  double sampled = 0;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    passed += static_cast<double>(bodies[i].cost);
    const bool last = i + 1 == bodies.size();
    const bool full = samples.size() + 1 == samples_per_rank;
    if (!last && (full || passed - sampled < distance)) continue;
    samples.push_back({.key = keys[i], .cost = passed - sampled});
    sampled = passed;
  }
  samples.resize(samples_per_rank);
  return samples;
}

std::vector<morton_key> divide_by_cost(std::vector<sample> samples, std::size_t ranks) {
  std::erase_if(samples, [](const sample& each) { return each.cost == 0; });
  // Of equal keys in any order: it is the last of them that decides.
  std::sort(samples.begin(), samples.end(), [](const sample& a, const sample& b) { return a.key < b.key; });
  double total = 0;
  for (const sample& each : samples) total += each.cost;

  std::vector<morton_key> first{0};
  double passed = 0;
  for (const sample& each : samples) {
    passed += each.cost;
    while (first.size() < ranks && passed * static_cast<double>(ranks) >= total * static_cast<double>(first.size())) {
      first.push_back(each.key + 1);
    }
  }
  first.resize(ranks, key_end);
  first.push_back(key_end);
  return first;
}

}  // namespace nbody
