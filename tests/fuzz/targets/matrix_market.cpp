// The input is a Matrix Market file.
#include "apps/pagerank/readers.hpp"
#include "tests/fuzz/targets/reader_check.hpp"
#include "tests/fuzz/targets/support.hpp"

namespace {

std::string write(const pagerank::graph& of) {
  std::ostringstream out;
  out << "%%MatrixMarket matrix coordinate pattern general\n"
      << of.nodes << ' ' << of.nodes << ' ' << of.edges.size() << '\n';
  for (const auto& [from, to] : of.edges) out << std::size_t{from} + 1 << ' ' << std::size_t{to} + 1 << '\n';
  return out.str();
}

}  // namespace

void fuzz::try_input(std::string_view input) { fuzz::check_reader(input, pagerank::read_matrix_market, write); }
