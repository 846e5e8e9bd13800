#include "command_line.hpp"

namespace cg {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;

  apps::options all("Sparse matrix-vector products and the method of conjugate gradients, on all ranks of a job.");
  const std::string input = "Matrix (by default --grid2 256)";
  // No more rows than columns of 32 bits can name.
  auto grid2 =
      all.whole("--grid2", values.grid2, "the five-point Laplacian of a square, points in each direction", 1, 65535);
  auto grid3 =
      all.whole("--grid3", values.grid3, "the seven-point Laplacian of a cube, points in each direction", 1, 1625);
  auto file = all.text("--matrix-market", values.matrix_market_file,
                       "square Matrix Market coordinate file, for the solver symmetric and positive definite");
  grid2.no_default().group(input).excludes(grid3).excludes(file);
  grid3.no_default().group(input).excludes(file);
  file.group(input);

  auto products =
      all.whole("--spmv", values.products, "no solver, but so many products with a vector", 1, std::size_t{1} << 40);
  products.no_default();
  all.whole("--iterations", values.iterations, "stop after so many iterations", 1, std::size_t{1} << 40)
      .excludes(products);
  all.decimal("--tolerance", values.tolerance, "stop when the residual has shrunk to this part of the right-hand side",
              0, 1)
      .excludes(products);
  all.on_off("jacobi", values.jacobi, "precondition with the diagonal");
  all.on_off("verify", values.verify, "compare with what a serial computation says");

  result.exit_code = all.parse(argc, argv, speak);
  const bool none = values.grid2 == 0 && values.grid3 == 0 && values.matrix_market_file.empty();
  if (none) values.grid2 = 256;
  return result;
}

}  // namespace cg
