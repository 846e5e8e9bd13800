#include "command_line.hpp"

#include <limits>

#include <fmt/format.h>

namespace kmeans {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  apps::options all("k-means: points in eight dimensions in clusters, on all ranks of a job.");
  // More would not add up exactly.
  all.whole("--points", values.what.points, "how many", 1, std::size_t{1} << 30);
  all.whole("--clusters", values.what.clusters, "how many, no more than there are points", 1, 65536);
  all.whole("--seed", values.what.seed, "what the points are made from", 0,
            std::numeric_limits<std::uint64_t>::max() >> 1U);
  all.whole("--iterations", values.iterations, "stop after so many iterations", 1, std::size_t{1} << 40);
  all.on_off("verify", values.verify, "compare with a serial run");

  result.exit_code = all.parse(argc, argv, speak);
  if (!result.exit_code && values.what.clusters > values.what.points) {
    result.exit_code = apps::refuse(
        fmt::format("--clusters {}: expected no more than the {} points", values.what.clusters, values.what.points),
        speak);
  }
  return result;
}

}  // namespace kmeans
