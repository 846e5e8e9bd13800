#include "command_line.hpp"

namespace components {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  apps::options all("Connected components of a graph, on all ranks of a job; by default that of Debian's packages.");
  const auto files = pagerank::add_graph_options(all, values.files);
  auto scale = all.whole("--kronecker", values.generated.scale,
                         "instead of a file: a Kronecker graph of 2^this vertices; 0: none", 0, 30);
  for (const auto& each : files) scale.excludes(each);
  all.whole("--edge-factor", values.generated.edge_factor, "edges to a vertex of the Kronecker graph", 1, 1024);
  all.whole("--runs", values.runs, "how often the components are found", 1, std::size_t{1} << 20);
  all.whole("--top", values.top, "how many of the largest components to print", 0, std::size_t{1} << 30);
  all.on_off("verify", values.verify, "compare with a serial union-find");

  result.exit_code = all.parse(argc, argv, speak);
  return result;
}

}  // namespace components
