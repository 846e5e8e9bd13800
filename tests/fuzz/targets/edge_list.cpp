// The input is a list of edges.
#include <algorithm>

#include "apps/pagerank/readers.hpp"
#include "tests/fuzz/targets/reader_check.hpp"
#include "tests/fuzz/targets/support.hpp"

namespace {

/// The number up to which nodes must have come up before the edge does: those below it, and its own ends make the next.
pagerank::node place(const pagerank::edge& of) { return of.to == of.from + 1 ? of.from : std::max(of.from, of.to); }

/// Nodes are numbered as they come up, so the edges are written in an order in which they come up as they first did.
std::string write(const pagerank::graph& of) {
  std::vector<pagerank::edge> edges = of.edges;
  std::sort(edges.begin(), edges.end(), [](const auto& a, const auto& b) { return place(a) < place(b); });
  std::string text;
  for (const auto& [from, to] : edges) text += of.name(from) + ' ' + of.name(to) + '\n';
  return text;
}

}  // namespace

void fuzz::try_input(std::string_view input) { fuzz::check_reader(input, pagerank::read_edges, write); }
