#pragma once

#include <string>

#include "command_line.hpp"
#include "graph.hpp"

namespace pagerank {

/// Where the graph is read from, for people.
[[nodiscard]] std::string origin(const graph_source& from);

/// Reads the graph. Throws `read_error` or std::invalid_argument if there is none to be had.
[[nodiscard]] graph load_graph(const graph_source& from);

}  // namespace pagerank
