#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "apps/pagerank/readers.hpp"
#include "tests/apps/read_support.hpp"

namespace pagerank {
namespace {

using test::described;
using test::edges_of;

graph read(const std::string& text) {
  std::istringstream in(text);
  return read_edges(in, "list");
}

void expect_refusal(const std::string& text, const std::string& message) {
  test::expect_refusal([&] { return read(text); }, message);
}

TEST(edge_list, numbers_names_as_they_come_up) {
  const graph result = read("b a\na c\n");
  EXPECT_EQ(result.nodes, 3U);
  EXPECT_EQ(result.names, (std::vector<std::string>{"b", "a", "c"}));
  EXPECT_EQ(result.edges, (std::vector<edge>{{0, 1}, {1, 2}}));
}

TEST(edge_list, takes_numbers_for_names) {
  const graph result = read("10 2\n2 010\n");
  EXPECT_EQ(described(result), (edges_of{{"10", "2"}, {"2", "010"}}));
}

TEST(edge_list, skips_comments_and_empty_lines) {
  const graph result = read("# a comment\n\n  # another one\n \t\nu v\n");
  EXPECT_EQ(described(result), (edges_of{{"u", "v"}}));
}

TEST(edge_list, accepts_any_white_space_and_a_last_line_without_end) {
  const graph result = read("  u\t v  \r\nv w");
  EXPECT_EQ(described(result), (edges_of{{"u", "v"}, {"v", "w"}}));
}

TEST(edge_list, counts_a_repeated_edge_once_and_keeps_both_directions_and_loops) {
  const graph result = read("u v\nv u\nu v\nu u\n");
  EXPECT_EQ(described(result), (edges_of{{"u", "v"}, {"v", "u"}, {"u", "u"}}));
}

TEST(edge_list, refuses_a_line_of_one_word) {
  expect_refusal("u v\n\nalone\n", "list:3: 'alone' is no edge: expected two names, 'from to', found 1");
}

TEST(edge_list, refuses_a_line_of_three_words) {
  expect_refusal("u v 0.5\n", "list:1: 'u v 0.5' is no edge: expected two names, 'from to', found 3");
}

TEST(edge_list, shortens_a_long_line_in_its_complaint) {
  expect_refusal(std::string(5000, 'x') + "\n",
                 "list:1: '" + std::string(60, 'x') + "...' is no edge: expected two names, 'from to', found 1");
}

TEST(edge_list, refuses_a_file_without_edges) {
  expect_refusal("# only a comment\n", "list: no edges; expected lines 'from to'");
}

}  // namespace
}  // namespace pagerank
