#include "benchmarks/report/results.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace liana::benchmarks::report {

namespace {

using nlohmann::json;

/// `get/8/real_time` is `get/8`.
std::string plain_name(std::string name) {
  for (;;) {
    const auto slash = name.rfind('/');
    if (slash == std::string::npos) {
      return name;
    }
    const std::string_view last = std::string_view(name).substr(slash + 1);
    if (last != "real_time" && last != "manual_time" && last != "process_time" && last.find(':') == std::string::npos) {
      return name;
    }
    name.resize(slash);
  }
}

double nanoseconds_in(const std::string& unit) {
  static const std::map<std::string, double> units{{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
  return units.at(unit);
}

/// What Google Benchmark itself says of a window; every other number is a counter.
bool is_counter(const std::string& key, const json& value) {
  static const std::vector<std::string> known{"family_index", "per_family_instance_index",
                                              "repetitions",  "repetition_index",
                                              "threads",      "iterations",
                                              "real_time",    "cpu_time"};
  return value.is_number() && std::find(known.begin(), known.end(), key) == known.end();
}

void add_window(run_report& to, const json& window) {
  if (window.value("run_type", "") != "iteration" || window.value("error_occurred", false)) {
    return;
  }
  const auto name = plain_name(window.at("run_name"));
  to.measures[name].push_back(window.at("real_time").get<double>() * nanoseconds_in(window.at("time_unit")));
  for (const auto& [key, value] : window.items()) {
    if (is_counter(key, value)) {
      to.measures[fmt::format("{}#{}", name, key)].push_back(value);
    }
  }
}

/// The number that stands for the star between `before` and `after`, if `name` matches.
std::optional<double> match(const std::string& name, std::string_view before, std::string_view after) {
  if (name.size() <= before.size() + after.size() || name.rfind(before, 0) != 0 ||
      name.compare(name.size() - after.size(), after.size(), after) != 0) {
    return {};
  }
  const std::string number = name.substr(before.size(), name.size() - before.size() - after.size());
  if (number.find_first_not_of("0123456789.") != std::string::npos) {
    return {};
  }
  return std::stod(number);
}

}  // namespace

summary summarize(std::vector<double> values) {
  if (values.empty()) {
    throw std::logic_error("no window to summarize");
  }
  std::sort(values.begin(), values.end());
  const auto at = [&](double part) {
    const double position = part * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const auto above = std::min(below + 1, values.size() - 1);
    return values[below] + (position - static_cast<double>(below)) * (values[above] - values[below]);
  };
  const double median = at(0.5);
  return {.least = values.front(), .median = median, .spread = median == 0 ? 0 : (at(0.75) - at(0.25)) / median};
}

run_report parse_report(const std::string& text) {
  run_report result;
  try {
    const json all = json::parse(text);
    for (const auto& [key, value] : all.at("context").items()) {
      if (value.is_string()) {
        result.context.emplace(key, value);
      }
    }
    if (all.contains("measures")) {
      result.measures = all.at("measures").get<std::map<std::string, std::vector<double>>>();
      return result;
    }
    for (const auto& window : all.at("benchmarks")) {
      add_window(result, window);
    }
  } catch (const std::exception& error) {
    throw std::runtime_error(
        fmt::format("no report, neither of Google Benchmark nor a list of measures: {}", error.what()));
  }
  return result;
}

std::string condensed(const run_report& of) {
  std::string measures;
  for (const auto& [name, values] : of.measures) {
    measures +=
        fmt::format("{}{}: [{:.4g}]", measures.empty() ? "" : ",\n", json(name).dump(), fmt::join(values, ", "));
  }
  return fmt::format("{{\"context\": {},\n\"measures\": {{\n{}\n}}}}\n", json(of.context).dump(), measures);
}

results::results(const std::filesystem::path& directory) {
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() != ".json") {
      continue;
    }
    std::ifstream in(entry.path());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    try {
      runs_.emplace(entry.path().stem(), parse_report(text));
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(fmt::format("{}: {}", entry.path().string(), error.what()));
    }
  }
  if (runs_.empty()) {
    throw std::runtime_error(fmt::format("{}: holds no report, *.json", directory.string()));
  }
}

void results::add(const results& more) {
  for (const auto& [run, report] : more.runs_) {
    run_report& mine = runs_[run];
    mine.context.insert(report.context.begin(), report.context.end());
    for (const auto& [name, values] : report.measures) {
      auto& windows = mine.measures[name];
      windows.insert(windows.end(), values.begin(), values.end());
    }
  }
}

std::optional<summary> results::find(const std::string& reference) const {
  const auto colon = reference.find(':');
  const auto run = runs_.find(reference.substr(0, colon));
  if (run == runs_.end() || colon == std::string::npos) {
    return {};
  }
  const auto measure = run->second.measures.find(reference.substr(colon + 1));
  if (measure == run->second.measures.end()) {
    return {};
  }
  return summarize(measure->second);
}

std::vector<std::pair<double, summary>> results::find_series(const std::string& pattern) const {
  std::vector<std::pair<double, summary>> found;
  const auto star = pattern.find('*');
  if (star == std::string::npos) {
    return found;
  }
  const auto before = pattern.substr(0, star);
  const auto after = pattern.substr(star + 1);
  for (const auto& [run, report] : runs_) {
    for (const auto& [name, values] : report.measures) {
      if (const auto number = match(fmt::format("{}:{}", run, name), before, after)) {
        found.emplace_back(*number, summarize(values));
      }
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return found;
}

}  // namespace liana::benchmarks::report
