#include "command_line.hpp"

#include "../checked_numbers.hpp"

namespace cg {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  CLI::App app("Sparse matrix-vector products and the method of conjugate gradients, on all ranks of a job.");
  app.option_defaults()->always_capture_default();
  const std::string input = "Matrix (by default --grid2 256)";
  // No more rows than columns of 32 bits can name.
  auto* grid2 =
      app.add_option("--grid2", values.grid2, "the five-point Laplacian of a square, points in each direction")
          ->check(checked_numbers::whole)
          ->check(CLI::Range(std::size_t{1}, std::size_t{65535}))
          ->default_str("");
  auto* grid3 = app.add_option("--grid3", values.grid3, "the seven-point Laplacian of a cube, points in each direction")
                    ->check(checked_numbers::whole)
                    ->check(CLI::Range(std::size_t{1}, std::size_t{1625}))
                    ->default_str("");
  auto* file = app.add_option("--matrix-market", values.matrix_market_file,
                              "square Matrix Market coordinate file, for the solver symmetric and positive definite");
  grid2->group(input)->excludes(grid3)->excludes(file);
  grid3->group(input)->excludes(file);
  file->group(input);

  auto* products = app.add_option("--spmv", values.products, "no solver, but so many products with a vector")
                       ->check(checked_numbers::whole)
                       ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 40))
                       ->default_str("");
  app.add_option("--iterations", values.iterations, "stop after so many iterations")
      ->check(checked_numbers::whole)
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 40))
      ->excludes(products);
  app.add_option("--tolerance", values.tolerance,
                 "stop when the residual has shrunk to this part of the right-hand side")
      ->check(checked_numbers::decimal)
      ->check(CLI::Range(0.0, 1.0))
      ->excludes(products);
  apps::add_switch(app, "jacobi", values.jacobi, "precondition with the diagonal");
  apps::add_switch(app, "verify", values.verify, "compare with what a serial computation says");

  result.exit_code = apps::parse(app, argc, argv, speak);
  const bool none = values.grid2 == 0 && values.grid3 == 0 && values.matrix_market_file.empty();
  if (none) values.grid2 = 256;
  return result;
}

}  // namespace cg
