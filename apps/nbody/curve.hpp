// Places in space as numbers along a Morton curve, and which part of it is whose: parts of equal cost.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "bodies.hpp"

namespace nbody {

/// Corners of the box around some points; the first is greater than the second where there are none.
struct box {
  vector3 low{HUGE_VAL, HUGE_VAL, HUGE_VAL};
  vector3 high{-HUGE_VAL, -HUGE_VAL, -HUGE_VAL};

  void add(const vector3& position);
};

[[nodiscard]] box united(const box& a, const box& b);

/// The number of a cell of the finest level, of which there are 8^21: its three coordinates, one bit of each in turn.
/// Each cell of a coarser level is a range of keys.
using morton_key = std::uint64_t;

inline constexpr unsigned levels = 21;
inline constexpr morton_key key_end = morton_key{1} << (3 * levels);

/// How many keys a cell of a level has; the whole cube is level 0.
[[nodiscard]] inline morton_key keys_of_cell(unsigned level) { return morton_key{1} << (3 * (levels - level)); }

/// Which of the eight cells of level `level + 1` in one of level `level` a key lies in.
[[nodiscard]] inline unsigned octant(morton_key key, unsigned level) {
  return static_cast<unsigned>(key >> (3 * (levels - 1 - level))) & 7U;
}

/// The finest level at which two keys lie in one cell.
[[nodiscard]] inline unsigned common_level(morton_key a, morton_key b) {
  const auto leading = static_cast<unsigned>(std::countl_zero((a ^ b) | 1U)) - 1;  // keys have 63 bits
  return a == b ? levels : leading / 3;
}

/// The cube that is divided.
class cube {
 public:
  cube() = default;
  explicit cube(const box& around);

  [[nodiscard]] morton_key key(const vector3& position) const;

  [[nodiscard]] double edge(unsigned level) const { return std::ldexp(edge_, -static_cast<int>(level)); }

  /// The middle of the cell of a level that a key lies in.
  [[nodiscard]] vector3 middle(morton_key key, unsigned level) const;

 private:
  vector3 corner_;
  double edge_ = 1;
};

/// A place on the curve that stands for the bodies around it.
struct sample {
  morton_key key = 0;
  double cost = 0;
};

inline constexpr std::size_t samples_per_rank = 512;

/// Samples of bodies in the order of their keys, at equal distances in cost. Fewer bodies than `samples_per_rank` are
/// all samples; the rest have no cost.
[[nodiscard]] std::vector<sample> sample_costs(std::span<const morton_key> keys, std::span<const body> bodies);

/// The keys at which the parts of `ranks` ranks begin, and `key_end`, from the samples of all. The same on all ranks.
[[nodiscard]] std::vector<morton_key> divide_by_cost(std::vector<sample> samples, std::size_t ranks);

}  // namespace nbody
