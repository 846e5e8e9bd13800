#pragma once

#include <optional>
#include <string>

#include "benchmarks/report/results.hpp"
#include "benchmarks/report/rows.hpp"

namespace liana::benchmarks::report {

/// A gnuplot script that holds its data, minima, and writes `<file>.svg` and `<file>.png` where it is run. None if
/// nothing that the plot shows was measured.
std::optional<std::string> plot_script(const plot& which, const results& from);

}  // namespace liana::benchmarks::report
