// The input is what `apt-cache dumpavail` prints.
#include "apps/pagerank/readers.hpp"
#include "tests/fuzz/targets/reader_check.hpp"
#include "tests/fuzz/targets/support.hpp"

namespace {

std::string write(const pagerank::graph& of) {
  std::vector<std::string> demands(of.nodes);
  for (const auto& [from, to] : of.edges) {
    demands[from].append(demands[from].empty() ? "Depends: " : ", ").append(of.name(to));
  }
  std::string text;
  for (std::size_t i = 0; i < of.nodes; ++i) text += "Package: " + of.names[i] + '\n' + demands[i] + "\n\n";
  return text;
}

}  // namespace

void fuzz::try_input(std::string_view input) {
  const auto result = fuzz::check_reader(input, pagerank::read_packages, write);
  for (const auto& [from, to] : result.edges) fuzz::require(from != to, "no package demands itself");
}
