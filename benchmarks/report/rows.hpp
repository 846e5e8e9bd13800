#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "benchmarks/report/results.hpp"

namespace liana::benchmarks::report {

/// The content of rows.json. `benchmarks/README.md` describes its keys.

/// A figure, made of measures.
class figure {
 public:
  /// From `"run:measure"`, `{"ns": 15}`, `{"sum": [...]}`, `{"most": [...]}` or `{"times": 12, "of": ...}`. Throws
  /// std::runtime_error for anything else.
  static figure parse(const nlohmann::json& text);

  /// None unless all its measures are there. The spread of one that is made of several is that of the first.
  [[nodiscard]] std::optional<summary> evaluate(const results& from) const;

  /// The measures that it is made of, `run:measure`.
  [[nodiscard]] std::vector<std::string> measures() const;

 private:
  enum class kind { measure, constant, sum, most, times };

  kind kind_ = kind::constant;
  std::string reference_;
  double number_ = 0;
  std::vector<figure> parts_;
};

/// A figure and what the table calls it.
struct named_figure {
  std::string name;
  figure is;
};

struct target {
  bool against_peer = false;  ///< or the limit
  double at_most = 0;
};

struct row {
  std::string work;
  figure liana;
  std::optional<named_figure> peer;
  std::optional<named_figure> limit;
  std::optional<target> asked;
  std::string reason;     ///< why the target is missed, where that is known
  bool headline = false;  ///< stands in README.md too
  std::string unit = "ns";
};

struct series {
  std::string title;
  std::string pattern;
};

struct bar {
  std::string title;
  figure is;
};

struct plot {
  enum class kind {
    time,       ///< over a size or number
    bandwidth,  ///< size / time
    bars        ///< one figure each
  };

  std::string file;  ///< name without extension
  std::string title;
  kind is = kind::time;
  std::string x;  ///< name of the axis
  std::vector<series> lines;
  std::vector<bar> bars;
};

struct layout {
  std::vector<row> rows;
  std::vector<plot> plots;
};

/// Throws std::runtime_error naming the row or plot that is wrong, and why.
layout parse_layout(const std::string& text);

/// The same of a file, naming it.
layout read_layout(const std::filesystem::path& file);

}  // namespace liana::benchmarks::report
