#include "bodies.hpp"

#include <cmath>
#include <numbers>

#include "../common/random.hpp"

namespace nbody {

namespace {

vector3 in_any_direction(double length, apps::random_stream& random) {
  const double height = 2 * random.next_unit() - 1;
  const double angle = 2 * std::numbers::pi * random.next_unit();
  const double width = std::sqrt(1 - height * height);
  return length * vector3{width * std::cos(angle), width * std::sin(angle), height};
}

body plummer_body(std::size_t bodies, std::size_t id) {
  constexpr std::uint64_t seed = 1911;
  // In these units the model's scale length is 3 pi / 16.
  constexpr double scale = 3 * std::numbers::pi / 16;
  apps::random_stream random(seed, id);

  const double mass_within = 0.999 * random.next_unit() + 1e-10;
  const double radius = 1 / std::sqrt(std::pow(mass_within, -2.0 / 3) - 1);

  // The speed as a part of the escape velocity, by rejection from q^2 (1 - q^2)^(7/2), which stays below 0.1.
  double part = 0;
  double bound = 0;
  do {
    part = random.next_unit();
    bound = 0.1 * random.next_unit();
  } while (bound > part * part * std::pow(1 - part * part, 3.5));
  const double speed = part * std::numbers::sqrt2 * std::pow(1 + radius * radius, -0.25);

  body result;
  result.position = in_any_direction(scale * radius, random);
  result.velocity = in_any_direction(speed / std::sqrt(scale), random);
  result.mass = 1 / static_cast<double>(bodies);
  result.id = static_cast<std::uint32_t>(id);
  return result;
}

}  // namespace

std::vector<body> plummer_sphere(std::size_t bodies, std::size_t first, std::size_t end) {
  std::vector<body> result;
  result.reserve(end - first);
  for (std::size_t id = first; id < end; ++id) result.push_back(plummer_body(bodies, id));
  return result;
}

}  // namespace nbody
