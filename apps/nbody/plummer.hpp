// The start: a Plummer sphere.
#pragma once

#include <cstddef>
#include <vector>

#include "body.hpp"

namespace nbody {

/// The bodies with numbers from `first` to before `end` of a Plummer sphere of `bodies` bodies: a model star cluster in
/// equilibrium, in units in which G = 1, the mass is 1 and the energy is -1/4 (Aarseth, Henon, Wielen, "A comparison of
/// numerical methods for the study of star cluster dynamics", 1974). Each body depends on its number alone, so the
/// cluster is the same whichever rank makes which part. The outermost thousandth of the mass, which reaches as far as
/// chance will have it, is left out.
[[nodiscard]] std::vector<body> plummer_sphere(std::size_t bodies, std::size_t first, std::size_t end);

}  // namespace nbody
