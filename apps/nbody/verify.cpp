#include "verify.hpp"

#include <cmath>
#include <limits>

#include <fmt/core.h>

namespace nbody {

namespace {

double relative(double error2, double size2) {
  if (error2 == 0) return 0;  // of a single body there is nothing to compare with
  const double result = std::sqrt(error2 / size2);
  return std::isnan(result) ? std::numeric_limits<double>::infinity() : result;
}

}  // namespace

field direct_field(std::span<const point> all, const point& at, double softening) {
  field result;
  for (const point& by : all) {
    const vector3 to = by.position - at.position;
    const double distance = std::sqrt(dot(to, to) + softening * softening);
    result.acceleration = result.acceleration + by.mass / (distance * distance * distance) * to;
    result.potential -= by.mass / distance;
  }
  result.potential += at.mass / softening;
  return result;
}

field_errors compare_fields(std::span<const checked_body> checked, std::span<const point> all, double softening) {
  double acceleration = 0;
  double acceleration_error = 0;
  double potential = 0;
  double potential_error = 0;
  for (const checked_body& each : checked) {
    const field direct = direct_field(all, each.at, softening);
    const vector3 difference = each.computed.acceleration - direct.acceleration;
    acceleration += dot(direct.acceleration, direct.acceleration);
    acceleration_error += dot(difference, difference);
    potential += direct.potential * direct.potential;
    potential_error += (each.computed.potential - direct.potential) * (each.computed.potential - direct.potential);
  }
  return {.acceleration = relative(acceleration_error, acceleration),
          .potential = relative(potential_error, potential)};
}

bool print_judgement(const char* what, double error, double allowed) {
  const bool good = error <= allowed;
  fmt::print("{}: {:.1e}, allowed is {:.1e}: {}\n", what, error, allowed, good ? "good" : "WRONG");
  return good;
}

bool print_comparison(std::span<const checked_body> checked, std::span<const point> all, const problem& of) {
  fmt::print("Forces on {} of {} bodies against direct summation:\n", checked.size(), all.size());
  const field_errors errors = compare_fields(checked, all, of.softening);
  const double allowed = 0.02 * of.theta * of.theta + 1e-12;
  const bool good = print_judgement("  relative error of accelerations", errors.acceleration, allowed);
  return print_judgement("  relative error of potentials", errors.potential, allowed / 4) && good;
}

bool print_conservation(const totals& before, const totals& after) {
  const double size = before.kinetic - before.potential;
  const bool energy = print_judgement("Drift of the energy", std::abs(after.energy() - before.energy()) / size, 1e-3);
  const bool momentum =
      print_judgement("Drift of the momentum", norm(after.momentum - before.momentum) / before.momenta, 1e-3);
  return print_judgement("Drift of the mass", std::abs(after.mass - 1), 1e-9) && energy && momentum;
}

}  // namespace nbody
