#pragma once

#include <string>
#include <vector>

#include "benchmarks/report/results.hpp"
#include "benchmarks/report/rows.hpp"

namespace liana::benchmarks::report {

/// How the figures of two sets of runs are compared.
enum class comparison {
  apart,       ///< measured on different days or machines: ratios to the row's peer or limit, where it has one
  interleaved  ///< measured in turns on one machine: Liana's own figures
};

/// A row at the baseline and now.
struct change {
  std::string work;
  std::string unit;                   ///< of `then` and `now`; empty for ratios
  double then = 0;                    ///< from minima
  double now = 0;                     ///< from minima
  double by_median = 0;               ///< the same from medians: now / then - 1
  std::vector<std::string> measures;  ///< `run:measure`, of Liana and of what it is compared with

  /// By how much the row got worse: 0.05 is 5 %.
  [[nodiscard]] double by() const { return then == 0 ? 0 : now / then - 1; }
};

/// The rows, and one for each work of apps/compare, near and far, that no row shows already. Rows that were not
/// measured both times are left out.
std::vector<change> changes(const std::vector<row>& rows, const results& then, const results& now, comparison how);

/// The changes as lines of text, worst first; those that got worse by more than `allowed` are marked.
std::string as_text(std::vector<change> all, double allowed);

}  // namespace liana::benchmarks::report
