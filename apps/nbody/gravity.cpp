#include "gravity.hpp"

#include <cmath>

namespace nbody {

namespace {

/// The bodies of a group, one coordinate after the other, as the vector units like it.
struct columns {
  using column = std::array<double, bodies_in_group>;
  column x{}, y{}, z{};
  column to_x{}, to_y{}, to_z{}, potential{};
};

/// Interactions of one source with the first `count` places of a group.
void attract_all(columns& group, std::size_t count, const point& by, double softening2) {
  for (std::size_t i = 0; i < count; ++i) {
    const double x = by.position.x - group.x[i];
    const double y = by.position.y - group.y[i];
    const double z = by.position.z - group.z[i];
    const double inverse = 1 / std::sqrt(x * x + y * y + z * z + softening2);
    const double potential = by.mass * inverse;
    const double force = potential * inverse * inverse;
    group.to_x[i] += force * x;
    group.to_y[i] += force * y;
    group.to_z[i] += force * z;
    group.potential[i] -= potential;
  }
}

}  // namespace

void attract(std::span<const body> bodies, const sources& by, double softening, std::span<field> result) {
  columns group;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    group.x[i] = bodies[i].position.x;
    group.y[i] = bodies[i].position.y;
    group.z[i] = bodies[i].position.z;
  }
  for (const point& each : by) attract_all(group, bodies.size(), each, softening * softening);
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    result[i] = {.acceleration = {group.to_x[i], group.to_y[i], group.to_z[i]},
                 .potential = group.potential[i] + bodies[i].mass / softening};
  }
}

box box_around(std::span<const body> bodies) {
  box result;
  for (const body& each : bodies) result.add(each.position);
  return result;
}

}  // namespace nbody
