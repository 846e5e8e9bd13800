#include "command_line.hpp"

#include "../checked_numbers.hpp"

namespace transpose {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  CLI::App app("The transpose of a dense matrix, on all ranks of a job.");
  app.option_defaults()->always_capture_default();
  // What the elements add up to stays a whole number that a double holds.
  app.add_option("--order", values.what.order, "rows and columns of the matrix")
      ->check(checked_numbers::whole)
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 20));
  app.add_option("--iterations", values.iterations, "how often it is transposed")
      ->check(checked_numbers::whole)
      ->check(CLI::Range(std::size_t{1}, std::size_t{4096}));
  apps::add_switch(app, "verify", values.verify, "compare with the closed form");

  result.exit_code = apps::parse(app, argc, argv, speak);
  return result;
}

}  // namespace transpose
