// Shows that a fault is found: an edge list, read well, and then a fault of the kind that the variable PLANTED names
// where a node's name holds "liana". The corpus has no such node, the dictionary has the word.
#include <algorithm>
#include <limits>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "apps/pagerank/readers.hpp"
#include "tests/fuzz/targets/support.hpp"

namespace {

using pagerank::graph;

bool is_the_one(const graph& of) {
  return std::any_of(of.names.begin(), of.names.end(),
                     [](const std::string& name) { return name.find("liana") != std::string::npos; });
}

void fail_by(std::string_view kind, const graph& of) {
  if (kind == "overflow") {
    const std::unique_ptr<char[]> copy(new char[of.edges.size()]);
    std::fill_n(copy.get(), of.edges.size() + 1, 'x');
  } else if (kind == "undefined") {
    volatile int most = std::numeric_limits<int>::max();
    most = most + static_cast<int>(of.edges.size());
  } else if (kind == "exception") {
    throw std::out_of_range("planted");
  } else if (kind == "allocation") {
    const std::vector<char> much(std::size_t{64} << 20U, 'x');
  } else if (kind == "leak") {
    volatile auto* const lost = new int(1);
    *lost = 2;
  } else {
    fuzz::require(kind == "none", "planted");
  }
}

}  // namespace

void fuzz::try_input(std::string_view input) {
  const char* const kind = std::getenv("PLANTED");
  std::istringstream in{std::string(input)};
  try {
    const graph read = pagerank::read_edges(in, "input");
    if (is_the_one(read)) fail_by(kind == nullptr ? "none" : kind, read);
  } catch (const pagerank::read_error&) {
  }
}
