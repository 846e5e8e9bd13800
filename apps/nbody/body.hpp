// Bodies, and arithmetic on triples of numbers.
#pragma once

#include <cmath>
#include <cstdint>

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

}  // namespace nbody
