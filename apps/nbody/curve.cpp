#include "curve.hpp"

#include <algorithm>

namespace nbody {

namespace {

constexpr std::uint64_t cells_a_side = std::uint64_t{1} << levels;

/// Two empty bits behind each of the 21 bits.
std::uint64_t spread(std::uint64_t bits) {
  bits = (bits | bits << 32U) & 0x1F00000000FFFFU;
  bits = (bits | bits << 16U) & 0x1F0000FF0000FFU;
  bits = (bits | bits << 8U) & 0x100F00F00F00F00FU;
  bits = (bits | bits << 4U) & 0x10C30C30C30C30C3U;
  return (bits | bits << 2U) & 0x1249249249249249U;
}

/// The inverse.
std::uint64_t compact(std::uint64_t bits) {
  bits &= 0x1249249249249249U;
  bits = (bits | bits >> 2U) & 0x10C30C30C30C30C3U;
  bits = (bits | bits >> 4U) & 0x100F00F00F00F00FU;
  bits = (bits | bits >> 8U) & 0x1F0000FF0000FFU;
  bits = (bits | bits >> 16U) & 0x1F00000000FFFFU;
  return (bits | bits >> 32U) & 0x1FFFFFU;
}

}  // namespace

void box::add(const vector3& position) { *this = united(*this, {.low = position, .high = position}); }

box united(const box& a, const box& b) {
  return {.low = {std::min(a.low.x, b.low.x), std::min(a.low.y, b.low.y), std::min(a.low.z, b.low.z)},
          .high = {std::max(a.high.x, b.high.x), std::max(a.high.y, b.high.y), std::max(a.high.z, b.high.z)}};
}

cube::cube(const box& around) : corner_(around.low) {
  const vector3 size = around.high - around.low;
  edge_ = std::max({size.x, size.y, size.z, 1e-300});  // of a single body too
}

morton_key cube::key(const vector3& position) const {
  const double scale = static_cast<double>(cells_a_side) / edge_;
  const auto cell = [&](double distance) {
    return std::min(static_cast<std::uint64_t>(distance * scale), cells_a_side - 1);
  };
  const vector3 from = position - corner_;
  return spread(cell(from.x)) << 2U | spread(cell(from.y)) << 1U | spread(cell(from.z));
}

vector3 cube::middle(morton_key key, unsigned level) const {
  const double size = edge(level);
  const auto along = [&](unsigned axis) {
    const std::uint64_t cell = compact(key >> axis) >> (levels - level);
    return size * (static_cast<double>(cell) + 0.5);
  };
  return corner_ + vector3{along(2), along(1), along(0)};
}

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
