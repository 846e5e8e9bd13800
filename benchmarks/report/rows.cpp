#include "benchmarks/report/rows.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace liana::benchmarks::report {

namespace {

using nlohmann::json;

/// A misspelt key would otherwise be a column that stays empty.
void require_known_keys(const json& object, const std::vector<std::string>& known) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      throw std::runtime_error(fmt::format("unknown key '{}'; known are {}", key, fmt::join(known, ", ")));
    }
  }
}

std::optional<named_figure> parse_named(const json& object, const char* key) {
  if (!object.contains(key)) {
    return {};
  }
  const json& text = object.at(key);
  require_known_keys(text, {"name", "is"});
  return named_figure{.name = text.at("name"), .is = figure::parse(text.at("is"))};
}

row parse_row(const json& text) {
  require_known_keys(text, {"work", "liana", "peer", "limit", "target", "reason", "headline", "unit"});
  row result{.work = text.at("work"),
             .liana = figure::parse(text.at("liana")),
             .peer = parse_named(text, "peer"),
             .limit = parse_named(text, "limit"),
             .asked = {},
             .reason = text.value("reason", ""),
             .headline = text.value("headline", false),
             .unit = text.value("unit", "ns")};
  if (text.contains("target")) {
    const json& asked = text.at("target");
    require_known_keys(asked, {"against", "at_most"});
    const std::string against = asked.at("against");
    if (against != "peer" && against != "limit") {
      throw std::runtime_error(fmt::format("target against '{}': 'peer' or 'limit'", against));
    }
    result.asked = target{.against_peer = against == "peer", .at_most = asked.at("at_most")};
    if (!(result.asked->against_peer ? result.peer : result.limit)) {
      throw std::runtime_error(fmt::format("target against the {}, and there is none", against));
    }
  }
  if (!result.reason.empty() && !result.asked) {
    throw std::runtime_error("a reason why the target is missed, and there is no target");
  }
  return result;
}

plot::kind parse_kind(const std::string& name) {
  if (name == "time") return plot::kind::time;
  if (name == "bandwidth") return plot::kind::bandwidth;
  if (name == "bars") return plot::kind::bars;
  throw std::runtime_error(fmt::format("kind '{}': 'time', 'bandwidth' or 'bars'", name));
}

plot parse_plot(const json& text) {
  require_known_keys(text, {"file", "title", "kind", "x", "series", "bars"});
  plot result{.file = text.at("file"),
              .title = text.at("title"),
              .is = parse_kind(text.at("kind")),
              .x = text.value("x", ""),
              .lines = {},
              .bars = {}};
  if (result.is == plot::kind::bars) {
    for (const json& each : text.at("bars")) {
      require_known_keys(each, {"title", "is"});
      result.bars.push_back({.title = each.at("title"), .is = figure::parse(each.at("is"))});
    }
  } else {
    for (const json& each : text.at("series")) {
      require_known_keys(each, {"title", "measures"});
      result.lines.push_back({.title = each.at("title"), .pattern = each.at("measures")});
    }
  }
  return result;
}

/// Calls `parse` for each element of the list, naming the one that is wrong.
template <class Parse>
void parse_list(const json& all, const char* list, const char* name, Parse parse) {
  for (const json& each : all.at(list)) {
    try {
      parse(each);
    } catch (const std::exception& error) {
      throw std::runtime_error(fmt::format("{} '{}': {}", list, each.value(name, "without a name"), error.what()));
    }
  }
}

}  // namespace

figure figure::parse(const json& text) {
  figure result;
  if (text.is_string()) {
    result.kind_ = kind::measure;
    result.reference_ = text;
    if (result.reference_.find(':') == std::string::npos) {
      throw std::runtime_error(fmt::format("'{}' is no measure: write run:measure", result.reference_));
    }
    return result;
  }
  const auto parse_parts = [&](kind which, const json& parts) {
    result.kind_ = which;
    std::transform(parts.begin(), parts.end(), std::back_inserter(result.parts_), parse);
    if (result.parts_.empty()) {
      throw std::runtime_error(fmt::format("{} has no parts", text.dump()));
    }
  };
  if (text.contains("ns")) {
    require_known_keys(text, {"ns"});
    result.number_ = text.at("ns");
  } else if (text.contains("sum")) {
    require_known_keys(text, {"sum"});
    parse_parts(kind::sum, text.at("sum"));
  } else if (text.contains("most")) {
    require_known_keys(text, {"most"});
    parse_parts(kind::most, text.at("most"));
  } else if (text.contains("times")) {
    require_known_keys(text, {"times", "of"});
    parse_parts(kind::times, json::array({text.at("of")}));
    result.number_ = text.at("times");
  } else {
    throw std::runtime_error(fmt::format("{} is no figure: a measure, ns, sum, most or times", text.dump()));
  }
  return result;
}

std::vector<std::string> figure::measures() const {
  if (kind_ == kind::measure) {
    return {reference_};
  }
  std::vector<std::string> all;
  for (const figure& part : parts_) {
    const auto of_part = part.measures();
    all.insert(all.end(), of_part.begin(), of_part.end());
  }
  return all;
}

std::optional<summary> figure::evaluate(const results& from) const {
  if (kind_ == kind::measure) {
    return from.find(reference_);
  }
  if (kind_ == kind::constant) {
    return summary{.least = number_, .median = number_, .spread = 0};
  }
  std::optional<summary> result;
  for (const figure& part : parts_) {
    const auto value = part.evaluate(from);
    if (!value) {
      return {};
    }
    if (!result) {
      result = value;
    } else if (kind_ == kind::sum) {
      result->least += value->least;
      result->median += value->median;
    } else if (kind_ == kind::most) {
      result->least = std::max(result->least, value->least);
      result->median = std::max(result->median, value->median);
    }
  }
  if (kind_ == kind::times) {
    result->least *= number_;
    result->median *= number_;
  }
  return result;
}

layout parse_layout(const std::string& text) {
  layout result;
  const json all = json::parse(text, nullptr, true, true);
  require_known_keys(all, {"rows", "plots"});
  parse_list(all, "rows", "work", [&](const json& each) { result.rows.push_back(parse_row(each)); });
  parse_list(all, "plots", "file", [&](const json& each) { result.plots.push_back(parse_plot(each)); });
  return result;
}

layout read_layout(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) {
    throw std::runtime_error(fmt::format("{}: cannot be read", file.string()));
  }
  try {
    return parse_layout({std::istreambuf_iterator<char>(in), {}});
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("{}: {}", file.string(), error.what()));
  }
}

}  // namespace liana::benchmarks::report
