#include "command_line.hpp"

namespace transpose {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  apps::options all("The transpose of a dense matrix, on all ranks of a job.");
  // What the elements add up to stays a whole number that a double holds.
  all.whole("--order", values.what.order, "rows and columns of the matrix", 1, std::size_t{1} << 20);
  all.whole("--iterations", values.iterations, "how often it is transposed", 1, 4096);
  all.on_off("verify", values.verify, "compare with the closed form");

  result.exit_code = all.parse(argc, argv, speak);
  return result;
}

}  // namespace transpose
