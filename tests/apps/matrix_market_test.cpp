#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "apps/pagerank/readers.hpp"
#include "tests/apps/read_support.hpp"

namespace pagerank {
namespace {

using test::described;
using test::edges_of;

const std::string accepted_banner =
    "expected '%%MatrixMarket matrix coordinate pattern|real|integer general|symmetric'";
const std::string pattern = "%%MatrixMarket matrix coordinate pattern general\n";
const std::string real = "%%MatrixMarket matrix coordinate real general\n";
const std::string integer = "%%MatrixMarket matrix coordinate integer general\n";
const std::string symmetric = "%%MatrixMarket matrix coordinate pattern symmetric\n";

graph read(const std::string& text) {
  std::istringstream in(text);
  return read_matrix_market(in, "m.mtx");
}

void expect_refusal(const std::string& text, const std::string& message) {
  test::expect_refusal([&] { return read(text); }, "m.mtx:" + message);
}

TEST(matrix_market, takes_an_entry_for_an_edge_from_row_to_column) {
  const graph result = read(pattern + "3 3 2\n1 2\n3 1\n");
  EXPECT_EQ(result.nodes, 3U);
  EXPECT_EQ(result.edges, (std::vector<edge>{{2, 0}, {0, 1}}));
  EXPECT_EQ(result.name(2), "3");
}

TEST(matrix_market, keeps_nodes_without_entries) { EXPECT_EQ(read(pattern + "7 7 1\n1 2\n").nodes, 7U); }

TEST(matrix_market, gives_both_directions_of_a_symmetric_entry_and_the_diagonal_once) {
  const graph result = read(symmetric + "3 3 3\n2 1\n3 3\n3 2\n");
  EXPECT_EQ(described(result), (edges_of{{"2", "1"}, {"1", "2"}, {"3", "3"}, {"3", "2"}, {"2", "3"}}));
}

TEST(matrix_market, ignores_values_once_they_are_checked) {
  const edges_of expected{{"1", "2"}, {"2", "1"}};
  EXPECT_EQ(described(read(real + "2 2 2\n1 2 -1.5e-3\n2 1 +0\n")), expected);
  EXPECT_EQ(described(read(integer + "2 2 2\n1 2 -7\n2 1 +12\n")), expected);
}

TEST(matrix_market, accepts_comments_empty_lines_and_any_case_of_the_banner) {
  const graph result =
      read("%%matrixmarket MATRIX Coordinate Pattern GENERAL\r\n% comment\r\n\r\n2 2 1\r\n\r\n1 2\r\n");
  EXPECT_EQ(described(result), (edges_of{{"1", "2"}}));
}

TEST(matrix_market, counts_a_repeated_entry_once) {
  EXPECT_EQ(described(read(pattern + "2 2 2\n1 2\n1 2\n")), (edges_of{{"1", "2"}}));
}

TEST(matrix_market, refuses_what_is_no_banner) {
  test::expect_refusal([] { return read(""); }, "m.mtx: the file is empty: " + accepted_banner);
  expect_refusal("1 2\n", "1: '1 2' is no Matrix Market banner: " + accepted_banner);
  expect_refusal("%%MatrixMarket matrix coordinate real\n",
                 "1: '%%MatrixMarket matrix coordinate real' is no Matrix Market banner: " + accepted_banner);
}

TEST(matrix_market, refuses_kinds_it_does_not_know) {
  expect_refusal("%%MatrixMarket vector coordinate real general\n",
                 "1: object 'vector' is not supported: accepted is matrix");
  expect_refusal("%%MatrixMarket matrix array real general\n",
                 "1: format 'array' is not supported: accepted is coordinate");
  expect_refusal("%%MatrixMarket matrix coordinate complex general\n",
                 "1: field 'complex' is not supported: accepted are pattern, real and integer");
  expect_refusal("%%MatrixMarket matrix coordinate real skew-symmetric\n",
                 "1: symmetry 'skew-symmetric' is not supported: accepted are general and symmetric");
}

TEST(matrix_market, refuses_a_size_line_that_is_none) {
  const std::string expected = "expected three numbers, 'rows columns entries'";
  expect_refusal(pattern + "3 3\n", "2: '3 3' is no size line: " + expected);
  expect_refusal(pattern + "3 3 2 1\n", "2: '3 3 2 1' is no size line: " + expected);
  expect_refusal(pattern + "3 three 2\n", "2: '3 three 2' is no size line: " + expected);
  expect_refusal(pattern + "3 -3 2\n", "2: '3 -3 2' is no size line: " + expected);
  expect_refusal(pattern + "% nothing else\n",
                 "2: the file ends before its size line: expected 'rows columns entries'");
}

TEST(matrix_market, refuses_sizes_that_make_no_graph) {
  expect_refusal(pattern + "3 4 1\n1 1\n", "2: the matrix has 3 rows and 4 columns: expected a square one");
  expect_refusal(pattern + "3 3 0\n", "2: the matrix has no entries");
  expect_refusal(pattern + "4294967296 4294967296 1\n1 1\n", "2: 4294967296 rows: accepted are up to 4294967295");
}

TEST(matrix_market, refuses_an_index_outside_of_the_matrix) {
  expect_refusal(pattern + "3 3 1\n0 1\n", "3: '0' is no index: accepted are 1 to 3");
  expect_refusal(pattern + "3 3 1\n1 4\n", "3: '4' is no index: accepted are 1 to 3");
  expect_refusal(pattern + "3 3 1\n1 2x\n", "3: '2x' is no index: accepted are 1 to 3");
  expect_refusal(pattern + "3 3 1\n-1 2\n", "3: '-1' is no index: accepted are 1 to 3");
}

TEST(matrix_market, refuses_an_entry_of_the_wrong_form) {
  expect_refusal(pattern + "3 3 1\n1 2 5\n", "3: '1 2 5' is no entry: expected 'row column'");
  expect_refusal(real + "3 3 1\n1 2\n", "3: '1 2' is no entry: expected 'row column value'");
  expect_refusal(real + "3 3 1\n1 2 one\n", "3: 'one' is no real value");
  expect_refusal(real + "3 3 1\n1 2 nan\n", "3: 'nan' is no real value");
  expect_refusal(real + "3 3 1\n1 2 +-1\n", "3: '+-1' is no real value");
  expect_refusal(integer + "3 3 1\n1 2 1.5\n", "3: '1.5' is no integer value");
}

TEST(matrix_market, refuses_a_symmetric_entry_above_the_diagonal) {
  expect_refusal(symmetric + "3 3 1\n1 2\n",
                 "3: entry (1, 2) lies above the diagonal: a symmetric file holds only what is on or below it");
}

TEST(matrix_market, refuses_a_wrong_number_of_entries) {
  expect_refusal(pattern + "3 3 2\n1 2\n", "3: the file ends after 1 entries: its size line promises 2");
  expect_refusal(pattern + "3 3 1\n1 2\n2 3\n", "4: more entries than the 1 of the size line");
}

}  // namespace
}  // namespace pagerank
