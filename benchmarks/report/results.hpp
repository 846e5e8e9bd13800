#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace liana::benchmarks::report {

/// Statistics of the windows of one measure, in nanoseconds per operation, or whatever a counter counts.
struct summary {
  double least = 0;
  double median = 0;
  double spread = 0;  ///< interquartile range, as part of the median

  friend bool operator==(const summary&, const summary&) = default;
};

/// Of at least one value.
summary summarize(std::vector<double> values);

/// What one run of one program reported.
struct run_report {
  std::map<std::string, std::string> context;  ///< machine facts
  std::map<std::string, std::vector<double>>
      measures;  ///< by name, without what Google Benchmark appends; a value for each window
};

/// The reports of a directory, `access.near.json` being the run `access.near`.
class results {
 public:
  /// Reads all reports, `*.json`. Throws std::runtime_error naming the file for one that cannot be read or is none.
  explicit results(const std::filesystem::path& directory);
  explicit results(std::map<std::string, run_report> runs) : runs_(std::move(runs)) {}

  /// Adds the windows of `more` to those of the runs and measures of the same names.
  void add(const results& more);

  [[nodiscard]] const std::map<std::string, run_report>& runs() const { return runs_; }

  /// `access.near:get/8`, and `access.near:get/8#bytes` for a counter. None if the run or the measure is not there.
  [[nodiscard]] std::optional<summary> find(const std::string& reference) const;

  /// All measures of a series, by the number that stands for the star, ascending: `access.near:get/*` over sizes,
  /// `barrier.*:barrier` over runs that are named by their ranks.
  [[nodiscard]] std::vector<std::pair<double, summary>> find_series(const std::string& pattern) const;

 private:
  std::map<std::string, run_report> runs_;
};

/// A report of Google Benchmark in JSON or, from what measures without it, `{"context": {"load_before": "0.10"},
/// "measures":
/// {"step": [123.4, 120.1]}}`, where times are in nanoseconds. Throws std::runtime_error for text that is neither.
run_report parse_report(const std::string& text);

/// A report of the second kind, with four digits of each value: what is kept in the tree.
std::string condensed(const run_report& of);

}  // namespace liana::benchmarks::report
