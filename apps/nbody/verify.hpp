// How right the result is, by means that know nothing of trees.
#pragma once

#include <cstddef>
#include <span>

#include "gravity.hpp"
#include "simulation.hpp"

namespace nbody {

/// Bodies whose fields are compared: this many, or up to twice as many, or all where there are fewer.
inline constexpr std::size_t checked_at_least = 64;

/// The field at a place by direct summation over all points, one of which is the body itself.
[[nodiscard]] field direct_field(std::span<const point> all, const point& at, double softening);

/// How far the computed fields are from direct ones: root of the mean square, relative to that of the direct ones.
/// Infinite where there is no number.
struct field_errors {
  double acceleration = 0;
  double potential = 0;
};
[[nodiscard]] field_errors compare_fields(std::span<const checked_body> checked, std::span<const point> all,
                                          double softening);

/// Prints and returns whether a value is at most what is allowed.
[[nodiscard]] bool print_judgement(const char* what, double error, double allowed);

/// Prints the comparison of the fields, and returns whether they are good.
[[nodiscard]] bool print_comparison(std::span<const checked_body> checked, std::span<const point> all,
                                    const problem& of);

/// Prints how well energy and momentum were conserved, and returns whether that is good.
[[nodiscard]] bool print_conservation(const totals& before, const totals& after);

}  // namespace nbody
