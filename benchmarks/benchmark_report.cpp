// Makes the table and the plots of what benchmarks/run has measured.
//
//     benchmark_report --rows benchmarks/rows.json --results DIRECTORY [--readme README.md]
//
// Reads all reports in the directory, DIRECTORY/*.json, and writes beside them table.txt, table.md and a gnuplot script
// for each plot. Prints table.txt. With --readme the headline table in that file is replaced. rows.json says which rows
// and plots there are; benchmarks/README.md describes it.

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

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

}  // namespace

int main(int argc, char** argv) {
  CLI::App line("Makes the table and the plots of what benchmarks/run has measured");
  fs::path rows;
  fs::path directory;
  fs::path readme;
  line.add_option("--rows", rows, "which rows and plots there are")->required();
  line.add_option("--results", directory, "directory of the reports")->required()->check(CLI::ExistingDirectory);
  line.add_option("--readme", readme, "file whose headline table is replaced");
  CLI11_PARSE(line, argc, argv);
  try {
    make_report(rows, directory, readme);
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    fmt::print(stderr, "benchmark_report: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
