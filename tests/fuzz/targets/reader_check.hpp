// What holds for each reader of graphs, whatever it is given.
#pragma once

#include <sstream>
#include <string>
#include <string_view>

#include "apps/pagerank/graph.hpp"

namespace fuzz {

using reader = pagerank::graph (*)(std::istream&, const std::string&);

/// A graph as a text that the reader takes for the same graph.
using writer = std::string (*)(const pagerank::graph&);

/// Reads `text`: either a graph that keeps the promises of `pagerank::graph` and comes back from what `write` makes of
/// it, or a `read_error` of one line that says where. Returns the graph, or an empty one.
pagerank::graph check_reader(std::string_view text, reader read, writer write);

}  // namespace fuzz
