// Bodies, arithmetic on triples of numbers, and the start: a Plummer sphere.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace nbody {

struct vector3 {
  double x = 0;
  double y = 0;
  double z = 0;

  friend vector3 operator+(const vector3& a, const vector3& b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
  friend vector3 operator-(const vector3& a, const vector3& b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
  friend vector3 operator*(double factor, const vector3& a) { return {factor * a.x, factor * a.y, factor * a.z}; }
};

[[nodiscard]] inline double dot(const vector3& a, const vector3& b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
[[nodiscard]] inline double norm(const vector3& a) { return std::sqrt(dot(a, a)); }

/// What attracts: all that the forces on others need of a body.
struct point {
  vector3 position;
  double mass = 0;
};

struct body {
  vector3 position;
  double mass = 0;
  vector3 velocity;
  std::uint32_t id = 0;
  float cost = 1;  // of computing the force on it, in interactions, last time
};

/// The bodies with numbers from `first` to before `end` of a Plummer sphere of `bodies` bodies: a model star cluster in
/// equilibrium, in units in which G = 1, the mass is 1 and the energy is -1/4 (Aarseth, Henon, Wielen, "A comparison of
/// numerical methods for the study of star cluster dynamics", 1974). Each body depends on its number alone, so the
/// cluster is the same whichever rank makes which part. The outermost thousandth of the mass, which reaches as far as
/// chance will have it, is left out.
[[nodiscard]] std::vector<body> plummer_sphere(std::size_t bodies, std::size_t first, std::size_t end);

}  // namespace nbody
