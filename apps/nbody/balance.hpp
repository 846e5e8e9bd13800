// Which part of the Morton curve is whose: parts of equal cost.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "body.hpp"
#include "morton.hpp"

namespace nbody {

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
