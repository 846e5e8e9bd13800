#pragma once

#include <cstddef>
#include <string>

#include "../command_line.hpp"

namespace cg {

struct settings {
  // Which matrix: at most one of the three is set.
  std::size_t grid2 = 0;
  std::size_t grid3 = 0;
  std::string matrix_market_file;

  std::size_t products = 0;  // 0: solve
  std::size_t iterations = 10000;
  double tolerance = 1e-8;
  bool jacobi = false;
  bool verify = true;
};

using command_line = apps::command_line<settings>;

/// See apps::options::parse.
[[nodiscard]] command_line parse_command_line(int argc, char** argv, bool speak);

}  // namespace cg
