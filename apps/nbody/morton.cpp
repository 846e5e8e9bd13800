#include "morton.hpp"

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

}  // namespace nbody
