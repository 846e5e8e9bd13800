#include "run.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/core.h>

namespace kmeans {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  apps::options all("k-means: points in eight dimensions in clusters, on all ranks of a job.");
  // More would not add up exactly.
  all.whole("--points", values.what.points, "number of points", 1, std::size_t{1} << 30);
  all.whole("--clusters", values.what.clusters, "number of clusters, at most the number of points", 1, 65536);
  all.whole("--seed", values.what.seed, "seed of the random points", 0,
            std::numeric_limits<std::uint64_t>::max() >> 1U);
  all.whole("--iterations", values.iterations, "stop after this many iterations", 1, std::size_t{1} << 40);
  all.on_off("verify", values.verify, "compare with a serial run");

  result.exit_code = all.parse(argc, argv, speak);
  if (!result.exit_code && values.what.clusters > values.what.points) {
    result.exit_code = apps::refuse(
        fmt::format("--clusters {}: expected no more than the {} points", values.what.clusters, values.what.points),
        speak);
  }
  return result;
}

namespace {

const char* verdict(bool good) { return good ? "good" : "WRONG"; }

/// Infinite where a coordinate is no number.
double greatest_difference(const std::vector<point>& a, const std::vector<point>& b) {
  double greatest = 0;
  for (std::size_t cluster = 0; cluster < a.size(); ++cluster) {
    for (std::size_t i = 0; i < dimensions; ++i) {
      const double difference = std::abs(a[cluster][i] - b[cluster][i]);
      if (std::isnan(difference)) return std::numeric_limits<double>::infinity();
      greatest = std::max(greatest, difference);
    }
  }
  return greatest;
}

bool never_increases(const std::vector<double>& inertias) {
  constexpr double rounding = 1 + 1e-12;
  const auto increases = [](double before, double after) { return !(after <= before * rounding); };
  return std::adjacent_find(inertias.begin(), inertias.end(), increases) == inertias.end();
}

}  // namespace

bool verify(const result& of, const settings& with) {
  constexpr double allowed = 1e-10;
  const result serial = serial_lloyd(with.what, of.inertias.size());
  const double error = greatest_difference(of.centroids, serial.centroids);
  const double inertia_error = std::abs(of.inertias.back() - serial.inertias.back());
  const bool same = of.changed_last == serial.changed_last;
  const bool good = error <= allowed && inertia_error <= allowed * serial.inertias.back() && same;
  const bool falls = never_increases(of.inertias);
  fmt::print("Greatest difference of a coordinate from a serial run: {:.1e}, allowed is {:.0e}: {}\n", error, allowed,
             verdict(good));
  fmt::print("The inertia never increases: {}\n", verdict(falls));
  return good && falls;
}

}  // namespace kmeans
