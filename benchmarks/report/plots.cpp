#include "benchmarks/report/plots.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>

namespace liana::benchmarks::report {

namespace {

/// Between double quotes gnuplot takes a backslash for an escape; underscores are plain without `enhanced`.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
    }
    result += c;
  }
  return result + '"';
}

/// The data blocks and what `plot` is told to draw of them.
struct drawn {
  std::string data;
  bool parts = false;  ///< the horizontal axis has numbers below 1
  std::vector<std::string> elements;
};

drawn draw_series(const plot& which, const results& from) {
  drawn result;
  for (const series& each : which.lines) {
    const auto points = from.find_series(each.pattern);
    if (points.empty()) {
      continue;
    }
    const auto block = fmt::format("$series{}", result.elements.size());
    result.data += block + " << END\n";
    for (const auto& [x, value] : points) {
      result.parts = result.parts || x < 1;
      const double y = which.is == plot::kind::bandwidth ? x / value.least : value.least;
      result.data += fmt::format("{} {}\n", x, y);
    }
    result.data += "END\n";
    result.elements.push_back(fmt::format("{} using 1:2 with linespoints linewidth 2 pointtype {} title {}", block,
                                          1 + result.elements.size(), quoted(each.title)));
  }
  return result;
}

drawn draw_bars(const plot& which, const results& from) {
  drawn result;
  std::string rows;
  for (const bar& each : which.bars) {
    if (const auto value = each.is.evaluate(from)) {
      rows += fmt::format("{} {}\n", quoted(each.title), value->least);
    }
  }
  if (!rows.empty()) {
    result.data = "$bars << END\n" + rows + "END\n";
    result.elements = {"$bars using 2:xtic(1) with boxes notitle",
                       "$bars using 0:2:(sprintf(\"%.3g\", $2)) with labels offset 0,0.6 notitle"};
  }
  return result;
}

std::string axes(const plot& which, bool parts) {
  if (which.is == plot::kind::bars) {
    return "set ylabel \"ns\"\nset yrange [0:*]\nset offsets 0,0,graph 0.1,0\nset style fill solid 0.6\n"
           "set boxwidth 0.7\nset xtics rotate by -30\nunset key\n";
  }
  const char* x_numbers = which.x == "bytes" ? "%.0b%B" : "%.0f";  // 4ki
  return fmt::format("set xlabel {}\nset ylabel \"{}\"\nset logscale y 10\n{}", quoted(which.x),
                     which.is == plot::kind::bandwidth ? "GB/s" : "ns",
                     parts ? "" : fmt::format("set logscale x 2\nset format x \"{}\"\n", x_numbers));
}

}  // namespace

std::optional<std::string> plot_script(const plot& which, const results& from) {
  const drawn what = which.is == plot::kind::bars ? draw_bars(which, from) : draw_series(which, from);
  if (what.elements.empty()) {
    return {};
  }
  const auto plot_line = fmt::format("plot {}\n", fmt::join(what.elements, ", \\\n     "));
  return fmt::format(
      "# Made by benchmark_report: gnuplot {0}.gp\n{1}set title {2}\nset grid\nset key outside right top\n"
      "set linetype 9 linecolor rgb \"gray40\"\n"
      "{3}"
      "set terminal svg noenhanced size 960,540 background \"white\"\nset output \"{0}.svg\"\n{4}"
      "set terminal pngcairo noenhanced size 960,540\nset output \"{0}.png\"\n{4}",
      which.file, what.data, quoted(which.title), axes(which, what.parts), plot_line);
}

}  // namespace liana::benchmarks::report
