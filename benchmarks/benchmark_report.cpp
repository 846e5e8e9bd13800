// Makes the table and the plots of what benchmarks/run has measured.
//
//     benchmark_report --rows benchmarks/rows.json --results DIRECTORY [--readme README.md]
//     benchmark_report --rows benchmarks/rows.json --results DIRECTORY... --since DIRECTORY... [--interleaved]
//                      [--worse PERCENT] [--list FILE]
//     benchmark_report --results DIRECTORY --condense DIRECTORY
//
// Reads all reports in the directory, DIRECTORY/*.json, and writes beside them table.txt, table.md and a gnuplot script
// for each plot. Prints table.txt. With --readme the headline table in that file is replaced. rows.json says which rows
// and plots there are; benchmarks/README.md describes it.
//
// With --since the rows are compared with those of other reports: a line for each row, worst first. Those that got
// worse by more than PERCENT are written to FILE, one a line: the work, a tab, and its measures.
//
// With --condense the reports are written again to another directory, without what only Google Benchmark needs.

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "benchmarks/report/changes.hpp"
#include "benchmarks/report/plots.hpp"
#include "benchmarks/report/results.hpp"
#include "benchmarks/report/rows.hpp"
#include "benchmarks/report/tables.hpp"

namespace {

namespace report = liana::benchmarks::report;
namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) {
  std::ofstream out(file);
  out << text;
  if (!out.flush()) {
    throw std::runtime_error(fmt::format("{}: cannot be written", file.string()));
  }
}

std::string read(const fs::path& file) {
  std::ifstream in(file);
  if (!in) {
    throw std::runtime_error(fmt::format("{}: cannot be read", file.string()));
  }
  return {std::istreambuf_iterator<char>(in), {}};
}

void make_report(const fs::path& rows, const fs::path& directory, const fs::path& readme) {
  const auto layout = report::read_layout(rows);
  const report::results measured(directory);
  const auto table = report::fill(layout.rows, measured);
  if (table.lines.empty()) {
    throw std::runtime_error(
        fmt::format("{}: holds nothing that a row of {} shows", directory.string(), rows.string()));
  }
  const auto machine = report::machine_lines(measured);
  const auto text = machine + '\n' + report::as_text(table);
  write(directory / "table.txt", text);
  write(directory / "table.md", report::as_markdown(table) + "\n```\n" + machine + "```\n");
  for (const auto& each : layout.plots) {
    if (const auto script = report::plot_script(each, measured)) {
      write(directory / (each.file + ".gp"), *script);
    }
  }
  fmt::print("{}", text);
  if (!readme.empty()) {
    std::string replaced;
    try {
      replaced = report::replace_marked(read(readme), report::headline_markdown(table, measured));
    } catch (const std::exception& error) {
      throw std::runtime_error(fmt::format("{}: {}", readme.string(), error.what()));
    }
    write(readme, replaced);
  }
}

report::results read_all(const std::vector<fs::path>& directories) {
  report::results all(directories.front());
  for (auto each = std::next(directories.begin()); each != directories.end(); ++each) {
    all.add(report::results(*each));
  }
  return all;
}

void condense(const report::results& all, const fs::path& to) {
  fs::create_directories(to);
  for (const auto& [run, of] : all.runs()) {
    write(to / (run + ".json"), report::condensed(of));
  }
}

struct wish {
  std::vector<fs::path> since;
  bool interleaved = false;
  double worse = 5;
  fs::path list;
};

void compare(const fs::path& rows, const report::results& now, const wish& how) {
  const double allowed = how.worse / 100;
  const auto all = report::changes(report::read_layout(rows).rows, read_all(how.since), now,
                                   how.interleaved ? report::comparison::interleaved : report::comparison::apart);
  if (all.empty()) {
    throw std::runtime_error(fmt::format("no row of {} was measured both times", rows.string()));
  }
  fmt::print("{}", report::as_text(all, allowed));
  if (how.list.empty()) {
    return;
  }
  std::string text;
  for (const auto& each : all) {
    if (each.by() > allowed) {
      text += fmt::format("{}\t{}\n", each.work, fmt::join(each.measures, " "));
    }
  }
  write(how.list, text);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App line("Makes the table and the plots of what benchmarks/run has measured");
  fs::path rows;
  std::vector<fs::path> directories;
  fs::path readme;
  fs::path condensed;
  wish how;
  line.add_option("--rows", rows, "which rows and plots there are");
  line.add_option("--results", directories, "directory of the reports; several with --since")
      ->required()
      ->check(CLI::ExistingDirectory);
  line.add_option("--readme", readme, "file whose headline table is replaced");
  line.add_option("--condense", condensed, "directory that gets the reports in short");
  line.add_option("--since", how.since, "directories of reports to compare with")->check(CLI::ExistingDirectory);
  line.add_flag("--interleaved", how.interleaved, "both were measured in turns on one machine");
  line.add_option("--worse", how.worse, "per cent that a row may get worse by");
  line.add_option("--list", how.list, "file that gets the rows that got worse by more");
  CLI11_PARSE(line, argc, argv);
  try {
    if (!condensed.empty()) {
      condense(read_all(directories), condensed);
    } else if (rows.empty()) {
      throw std::runtime_error("--rows is missing");
    } else if (!how.since.empty()) {
      compare(rows, read_all(directories), how);
    } else {
      make_report(rows, directories.front(), readme);
    }
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    fmt::print(stderr, "benchmark_report: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
