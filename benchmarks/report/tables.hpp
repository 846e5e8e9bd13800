#pragma once

#include <optional>
#include <string>
#include <vector>

#include "benchmarks/report/results.hpp"
#include "benchmarks/report/rows.hpp"

namespace liana::benchmarks::report {

/// A row with its figures. What was not measured is not there.
struct line {
  row of;
  summary liana;
  std::optional<summary> peer;
  std::optional<summary> limit;

  /// Ratios of minima.
  [[nodiscard]] std::optional<double> to_peer() const;
  [[nodiscard]] std::optional<double> to_limit() const;

  /// "met", "missed", or "not measured" where the peer or limit that the target names was not measured. Empty without a
  /// target.
  [[nodiscard]] std::string verdict() const;
};

struct table {
  std::vector<line> lines;
  std::vector<std::string> not_measured;  ///< rows
};

table fill(const std::vector<row>& rows, const results& from);

/// `12.3 ns`, `4.56 us`; `1.5 MiB` for unit "B", a plain number for any other, three digits.
std::string show(double value, const std::string& unit);

/// Of all runs, with those facts that differ between them once for each: processor, commit, load.
std::string machine_lines(const results& from);

std::string as_text(const table& all);
std::string as_markdown(const table& all);

/// The rows with `headline`, in the columns that README.md has room for, and one line on the machine.
std::string headline_markdown(const table& all, const results& from);

/// `text` with what stands between the two lines that begin with `<!-- benchmarks` replaced. Throws std::runtime_error
/// if it has not these two lines.
std::string replace_marked(const std::string& text, const std::string& with);

}  // namespace liana::benchmarks::report
