#include "benchmarks/report/changes.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "benchmarks/report/tables.hpp"

namespace liana::benchmarks::report {

namespace {

constexpr std::string_view apps = "apps";
constexpr std::string_view of_twin = "/mpi";

/// What a row's ratio is to: what its target is against, or else the peer, or else the limit.
const std::optional<named_figure>& compared_with(const row& of) {
  const bool peer = of.asked ? of.asked->against_peer : of.peer.has_value();
  return peer ? of.peer : of.limit;
}

struct pair_of_values {
  double least = 0;
  double median = 0;
  bool ratio = false;
};

std::optional<pair_of_values> evaluate(const row& of, const results& from, comparison how) {
  const auto liana = of.liana.evaluate(from);
  if (!liana) {
    return {};
  }
  const auto& other = compared_with(of);
  if (how == comparison::interleaved || !other) {
    return pair_of_values{.least = liana->least, .median = liana->median};
  }
  const auto to = other->is.evaluate(from);
  if (!to || to->least == 0 || to->median == 0) {
    return {};
  }
  return pair_of_values{.least = liana->least / to->least, .median = liana->median / to->median, .ratio = true};
}

/// A row for each work and kind of host of apps/compare, `heat-1000/real` beside `heat-1000/mpi`.
std::vector<row> rows_of_applications(const results& from, const std::set<std::string>& shown) {
  std::vector<row> rows;
  const auto run = from.runs().find(std::string(apps));
  if (run == from.runs().end()) {
    return rows;
  }
  for (const auto& [name, values] : run->second.measures) {
    const auto slash = name.rfind('/');
    const std::string reference = fmt::format("{}:{}", apps, name);
    if (slash == std::string::npos || name.substr(slash) == of_twin || shown.contains(reference)) {
      continue;
    }
    const std::string work = name.substr(0, slash);
    const auto figure_of = [](const std::string& text) { return figure::parse(nlohmann::json(text)); };
    rows.push_back(
        {.work = fmt::format("{}, LIANA_HOSTS={}", work, name.substr(slash + 1)),
         .liana = figure_of(reference),
         .peer = named_figure{.name = "its MPI twin", .is = figure_of(fmt::format("{}:{}{}", apps, work, of_twin))},
         .limit = {},
         .asked = {},
         .reason = {}});
  }
  return rows;
}

}  // namespace

std::vector<change> changes(const std::vector<row>& rows, const results& then, const results& now, comparison how) {
  std::vector<row> all = rows;
  std::set<std::string> shown;
  for (const row& each : rows) {
    for (const auto& measure : each.liana.measures()) {
      shown.insert(measure);
    }
  }
  const auto more = rows_of_applications(now, shown);
  all.insert(all.end(), more.begin(), more.end());
  std::vector<change> found;
  for (const row& each : all) {
    const auto before = evaluate(each, then, how);
    const auto after = evaluate(each, now, how);
    if (!before || !after || before->median == 0) {
      continue;
    }
    auto measures = each.liana.measures();
    if (const auto& other = compared_with(each)) {
      const auto others = other->is.measures();
      measures.insert(measures.end(), others.begin(), others.end());
    }
    found.push_back({.work = each.work,
                     .unit = before->ratio ? "" : each.unit,
                     .then = before->least,
                     .now = after->least,
                     .by_median = after->median / before->median - 1,
                     .measures = std::move(measures)});
  }
  return found;
}

std::string as_text(std::vector<change> all, double allowed) {
  std::ranges::sort(all, [](const change& a, const change& b) { return a.by() > b.by(); });
  std::size_t width = 4;
  for (const change& each : all) {
    width = std::max(width, each.work.size());
  }
  std::string text =
      fmt::format("{:<{}}  {:>10}  {:>10}  {:>9}  {:>9}\n", "work", width, "baseline", "now", "minima", "medians");
  for (const change& each : all) {
    const auto value = [&](double of) { return each.unit.empty() ? fmt::format("{:.3f} x", of) : show(of, each.unit); };
    text += fmt::format("{:<{}}  {:>10}  {:>10}  {:>+8.1f}%  {:>+8.1f}%{}\n", each.work, width, value(each.then),
                        value(each.now), 100 * each.by(), 100 * each.by_median, each.by() > allowed ? "  worse" : "");
  }
  return text;
}

}  // namespace liana::benchmarks::report
