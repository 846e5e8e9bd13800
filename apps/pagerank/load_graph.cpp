#include "load_graph.hpp"

#include <sstream>
#include <utility>

#include "readers.hpp"
#include "text.hpp"

namespace pagerank {

namespace {

const std::string dump_command = "apt-cache dumpavail";

std::string dump_packages() {
  try {
    return output_of(dump_command);
  } catch (const read_error& error) {
    throw read_error(std::string(error.what()) + "; --packages, --edges and --matrix-market read files instead");
  }
}

}  // namespace

std::string origin(const graph_source& from) {
  for (const std::string* file : {&from.packages_file, &from.edges_file, &from.matrix_market_file}) {
    if (!file->empty()) return *file;
  }
  return dump_command;
}

graph load_graph(const graph_source& from) {
  const std::string name = origin(from);
  if (name == dump_command) {
    std::istringstream in(dump_packages());
    return read_packages(in, name);
  }
  std::ifstream in = open_text(name);
  if (!from.edges_file.empty()) return read_edges(in, name);
  if (!from.matrix_market_file.empty()) return read_matrix_market(in, name);
  return read_packages(in, name);
}

}  // namespace pagerank
