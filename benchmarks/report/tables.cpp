#include "benchmarks/report/tables.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

namespace liana::benchmarks::report {

namespace {

using cells = std::vector<std::string>;

std::string three_digits(double value) {
  if (value == 0) {
    return "0";
  }
  const int before_point = static_cast<int>(std::floor(std::log10(std::fabs(value)))) + 1;
  return fmt::format("{:.{}f}", value, std::max(0, 3 - std::max(before_point, 1)));
}

std::string show_ratio(const std::optional<double>& ratio) { return ratio ? fmt::format("{:.2f}", *ratio) : ""; }

std::string show_target(const row& of) {
  if (!of.asked) {
    return "";
  }
  return fmt::format("{} x {}", of.asked->at_most, of.asked->against_peer ? "peer" : "limit");
}

/// Why the target is missed, in rows where it is.
std::string show_reason(const line& each) { return each.verdict() == "missed" ? each.of.reason : ""; }

std::string show_name(const std::optional<named_figure>& named) { return named ? named->name : ""; }

std::string show_least(const std::optional<summary>& of, const std::string& unit) {
  return of ? show(of->least, unit) : "";
}
std::string show_median(const std::optional<summary>& of, const std::string& unit) {
  return of ? show(of->median, unit) : "";
}

const cells heading{"work",       "Liana",       "median", "spread",   "peer",
                    "its time",   "median",      "limit",  "its time", "median",
                    "Liana/peer", "Liana/limit", "target", "verdict",  "why the target is missed"};

cells cells_of(const line& each) {
  const auto& unit = each.of.unit;
  return {each.of.work,
          show(each.liana.least, unit),
          show(each.liana.median, unit),
          fmt::format("{:.0f} %", 100 * each.liana.spread),
          show_name(each.of.peer),
          show_least(each.peer, unit),
          show_median(each.peer, unit),
          show_name(each.of.limit),
          show_least(each.limit, unit),
          show_median(each.limit, unit),
          show_ratio(each.to_peer()),
          show_ratio(each.to_limit()),
          show_target(each.of),
          each.verdict(),
          show_reason(each)};
}

std::string markdown_row(const cells& of) { return fmt::format("| {} |\n", fmt::join(of, " | ")); }

std::string markdown_table(const cells& names, const std::vector<cells>& rows) {
  std::string text = markdown_row(names) + markdown_row(cells(names.size(), "---"));
  for (const auto& each : rows) {
    text += markdown_row(each);
  }
  return text;
}

std::string missing_line(const table& all) {
  return all.not_measured.empty() ? "" : fmt::format("\nNot measured: {}.\n", fmt::join(all.not_measured, "; "));
}

std::vector<cells> all_cells(const table& all) {
  std::vector<cells> rows;
  std::transform(all.lines.begin(), all.lines.end(), std::back_inserter(rows), cells_of);
  return rows;
}

/// The values that the runs have for a fact, each once.
std::string values_of(const results& from, const std::string& fact) {
  std::set<std::string> values;
  for (const auto& [name, run] : from.runs()) {
    if (const auto found = run.context.find(fact); found != run.context.end()) {
      values.insert(found->second);
    }
  }
  return values.empty() ? "unknown" : fmt::format("{}", fmt::join(values, ", "));
}

/// The least and the greatest of the loads of the last minute, before and after all runs.
std::string load_range(const results& from) {
  std::vector<double> loads;
  for (const auto& [name, run] : from.runs()) {
    for (const char* fact : {"load_before", "load_after"}) {
      if (const auto found = run.context.find(fact); found != run.context.end() && found->second != "unknown") {
        loads.push_back(std::stod(found->second));
      }
    }
  }
  if (loads.empty()) {
    return "unknown";
  }
  const auto [least, greatest] = std::minmax_element(loads.begin(), loads.end());
  return fmt::format("{:.1f} to {:.1f}", *least, *greatest);
}

std::optional<double> ratio(const summary& of, const std::optional<summary>& to) {
  if (!to || to->least == 0) {
    return {};
  }
  return of.least / to->least;
}

/// Whether the peer is the headline's baseline. The baseline is what the target names, or else the peer, or else the
/// limit.
bool against_peer(const line& each) { return each.of.asked ? each.of.asked->against_peer : each.of.peer.has_value(); }

cells headline_cells(const line& each) {
  const bool peer = against_peer(each);
  const auto& unit = each.of.unit;
  return {each.of.work,
          show(each.liana.least, unit),
          show_name(peer ? each.of.peer : each.of.limit),
          show_least(peer ? each.peer : each.limit, unit),
          show_ratio(peer ? each.to_peer() : each.to_limit()),
          each.of.asked ? fmt::format("{}", each.of.asked->at_most) : "",
          show_reason(each)};
}

}  // namespace

std::optional<double> line::to_peer() const { return ratio(liana, peer); }
std::optional<double> line::to_limit() const { return ratio(liana, limit); }

std::string line::verdict() const {
  if (!of.asked) {
    return "";
  }
  const auto measured = of.asked->against_peer ? to_peer() : to_limit();
  if (!measured) {
    return "not measured";
  }
  return *measured <= of.asked->at_most ? "met" : "missed";
}

table fill(const std::vector<row>& rows, const results& from) {
  table all;
  const auto evaluate = [&](const std::optional<named_figure>& named) {
    return named ? named->is.evaluate(from) : std::nullopt;
  };
  for (const row& each : rows) {
    if (const auto liana = each.liana.evaluate(from)) {
      all.lines.push_back({.of = each, .liana = *liana, .peer = evaluate(each.peer), .limit = evaluate(each.limit)});
    } else {
      all.not_measured.push_back(each.work);
    }
  }
  return all;
}

std::string show(double value, const std::string& unit) {
  struct scale {
    double factor;
    const char* name;
  };
  static constexpr std::array times{scale{1, "ns"}, scale{1e3, "us"}, scale{1e6, "ms"}, scale{1e9, "s"}};
  static constexpr std::array sizes{scale{1, "B"}, scale{1024, "KiB"}, scale{1048576, "MiB"}, scale{1073741824, "GiB"}};
  const auto scaled = [&](const auto& scales) {
    auto best = scales.front();
    for (const scale& each : scales) {
      if (value >= each.factor) {
        best = each;
      }
    }
    return three_digits(value / best.factor) + ' ' + best.name;
  };
  if (unit == "ns") {
    return scaled(times);
  }
  if (unit == "B") {
    return scaled(sizes);
  }
  return three_digits(value) + (unit.empty() ? "" : ' ' + unit);
}

std::string machine_lines(const results& from) {
  std::string text;
  for (const char* fact : {"processor", "cores", "ranks", "mpi", "compiler", "commit", "quick"}) {
    text += fmt::format("{}: {}\n", fact, values_of(from, fact));
  }
  return text + fmt::format("load: {}\ndate: {}\n", load_range(from), values_of(from, "date"));
}

std::string as_text(const table& all) {
  std::vector<cells> rows = all_cells(all);
  rows.insert(rows.begin(), heading);
  std::vector<std::size_t> widths(heading.size(), 0);
  for (const auto& each : rows) {
    for (std::size_t column = 0; column < each.size(); ++column) {
      widths[column] = std::max(widths[column], each[column].size());
    }
  }
  const auto is_name = [&](std::size_t column) { return column == 0 || column == 4 || column == 7 || column >= 12; };
  std::string text;
  for (const auto& each : rows) {
    std::string written;
    for (std::size_t column = 0; column < each.size(); ++column) {
      written += is_name(column) ? fmt::format("{:<{}}  ", each[column], widths[column])
                                 : fmt::format("{:>{}}  ", each[column], widths[column]);
    }
    written.erase(written.find_last_not_of(' ') + 1);
    text += written + '\n';
  }
  return text + missing_line(all);
}

std::string as_markdown(const table& all) { return markdown_table(heading, all_cells(all)) + missing_line(all); }

std::string headline_markdown(const table& all, const results& from) {
  std::vector<cells> rows;
  for (const line& each : all.lines) {
    if (each.of.headline) {
      rows.push_back(headline_cells(each));
    }
  }
  if (rows.empty()) {
    throw std::runtime_error("none of the rows with headline was measured");
  }
  return markdown_table({"work", "Liana", "baseline", "its time", "ratio", "target", "why the target is missed"},
                        rows) +
         fmt::format("\nMinima of all windows, commit {},\n{} cores of {}, {}, load {}.\n", values_of(from, "commit"),
                     values_of(from, "cores"), values_of(from, "processor"), values_of(from, "mpi"), load_range(from));
}

std::string replace_marked(const std::string& text, const std::string& with) {
  const std::string mark = "<!-- benchmarks";
  const auto first = text.find(mark);
  const auto begin = first == std::string::npos ? first : text.find('\n', first);
  const auto end = begin == std::string::npos ? begin : text.find(mark, begin);
  if (end == std::string::npos) {
    throw std::runtime_error("has no two lines that begin with '" + mark + "' between which a table could stand");
  }
  return text.substr(0, begin + 1) + with + text.substr(end);
}

}  // namespace liana::benchmarks::report
