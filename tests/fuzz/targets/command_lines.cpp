// The input is a command line, one argument a line: pagerank, heat or coherence_stress, and its options.
#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "apps/heat/run.hpp"
#include "apps/pagerank/run.hpp"
#include "tests/fuzz/targets/support.hpp"
#include "tests/stress/stress_options.hpp"

namespace {

using fuzz::require;

bool between(double value, double lowest, double highest) { return value >= lowest && value <= highest; }

void check_pagerank(int argc, char** argv) {
  const auto [values, exit_code] = pagerank::parse_command_line(argc, argv, false);
  if (exit_code) return;
  const auto& with = values.computation;
  require(between(with.damping, 0, 1), "the damping is in range");
  require(std::isfinite(with.tolerance) && with.tolerance >= 0, "the tolerance is a number");
  require(with.max_iterations >= 1, "there is an iteration");
  require(values.top >= 0, "a number of nodes is none or more");
  const std::array<const std::string*, 3> files{&values.packages_file, &values.edges_file, &values.matrix_market_file};
  require(std::count_if(files.begin(), files.end(), [](const auto* each) { return !each->empty(); }) <= 1,
          "there is one graph");
}

void check_heat(int argc, char** argv) {
  const auto [values, exit_code] = heat::parse_command_line(argc, argv, false);
  if (exit_code) return;
  require(values.what.side >= 3 && values.what.side <= std::size_t{1} << 27, "the side is in range");
  require(values.steps >= 1 && values.steps <= std::size_t{1} << 40, "the steps are in range");
  require(between(values.what.ratio, 0, 0.25), "the ratio is in range");
}

void check_stress(int argc, char** argv) {
  try {
    const auto values = liana_tests::parse_stress_options(argc, argv);
    require(between(values.seconds, 0.001, 86400), "the seconds are in range");
    require(values.threads >= 1 && values.threads <= 64, "the threads are in range");
  } catch (const std::invalid_argument& refusal) {
    require(!std::string_view(refusal.what()).empty(), "an error says what is wrong");
  }
}

}  // namespace

void fuzz::try_input(std::string_view input) {
  auto arguments = fuzz::lines_of(input);
  std::vector<char*> argv(arguments.size() + 1, nullptr);
  std::transform(arguments.begin(), arguments.end(), argv.begin(), [](std::string& each) { return each.data(); });
  const int argc = static_cast<int>(arguments.size());
  if (arguments[0] == "pagerank") check_pagerank(argc, argv.data());
  if (arguments[0] == "heat") check_heat(argc, argv.data());
  if (arguments[0] == "coherence_stress") check_stress(argc, argv.data());
}
