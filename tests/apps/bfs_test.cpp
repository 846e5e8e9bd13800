#include <algorithm>
#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

#include "apps/bfs/kronecker.hpp"
#include "apps/bfs/rows.hpp"
#include "apps/bfs/validate.hpp"

namespace bfs {
namespace {

TEST(kronecker_graph, is_the_same_in_parts) {
  const kronecker_graph graph{.scale = 8};
  const auto all = graph.edges(0, graph.edges());
  const auto part = graph.edges(100, 200);
  EXPECT_TRUE(std::equal(part.begin(), part.end(), all.begin() + 100));
}

TEST(kronecker_graph, renames_each_vertex_to_another_one) {
  for (const unsigned scale : {1U, 2U, 7U, 12U}) {
    const kronecker_graph graph{.scale = scale};
    std::vector<bool> found(graph.vertices());
    for (std::size_t i = 0; i < graph.vertices(); ++i) {
      const vertex name = graph.renamed(i, 1);
      ASSERT_LT(name, graph.vertices());
      EXPECT_FALSE(found[name]);
      found[name] = true;
    }
  }
}

TEST(kronecker_graph, has_few_vertices_of_high_degree) {
  const kronecker_graph graph{.scale = 12};
  std::vector<std::size_t> degrees(graph.vertices());
  for (const auto& [a, b] : graph.edges(0, graph.edges())) {
    ++degrees[a];
    ++degrees[b];
  }
  std::sort(degrees.begin(), degrees.end());
  // The greatest expected degree is 2 * edges * (A + (B + C) / 2)^scale, and half of the vertices have a few edges.
  EXPECT_GT(degrees.back(), 2000U);
  EXPECT_LT(degrees.back(), 10000U);
  EXPECT_LT(degrees[degrees.size() / 2], 16U);
}

TEST(partition, has_all_vertices_once) {
  for (const std::size_t vertices : {2U, 64U, 128U, 4096U, 1U << 20U}) {
    for (const int ranks : {1, 2, 3, 8}) {
      const partition among(vertices, ranks);
      EXPECT_EQ(among.first(0), 0U);
      EXPECT_EQ(among.first(static_cast<std::size_t>(ranks)), vertices);
      const auto last = static_cast<vertex>(vertices - 1);
      EXPECT_LE(among.first(among.owner(last)), last);
      EXPECT_LT(among.owner(last), static_cast<std::size_t>(ranks));
    }
  }
}

TEST(make_rows, leaves_out_loops_and_repetitions) {
  const rows made = make_rows({{5, 9}, {4, 5}, {5, 5}, {5, 4}, {5, 9}}, 4, 3);
  EXPECT_EQ(made.targets, (std::vector<vertex>{5, 4, 9}));
  EXPECT_EQ(made.of[0].degree, 1U);
  EXPECT_EQ(made.of[1].degree, 2U);
  EXPECT_EQ(made.of[1].first, 1U);
  EXPECT_EQ(made.of[1].ends, 4U);
  EXPECT_EQ(made.of[2].degree, 0U);
}

// A path 0 - 1 - 2 - 3 with a shortcut 0 - 2, a vertex 4 apart.
const std::vector<edge> path{{0, 1}, {2, 1}, {2, 3}, {0, 2}, {2, 2}, {4, 4}};

violations check(const std::vector<vertex>& parents, vertex root) {
  const claimed_tree tree(parents, root);
  bitmap marked(parents.size());
  tree.mark_tree_edges(path, marked);
  return tree.check(0, parents.size(), path) + tree.check_marked(0, parents.size(), marked);
}

TEST(validation, accepts_a_breadth_first_tree) {
  EXPECT_EQ(check({0, 0, 0, 2, no_vertex}, 0).sum(), 0U);
  EXPECT_EQ(check({no_vertex, no_vertex, no_vertex, no_vertex, 4}, 4).sum(), 0U);
}

TEST(validation, finds_a_cycle) { EXPECT_EQ(check({0, 2, 1, 2, no_vertex}, 0).no_tree, 3U); }

TEST(validation, finds_a_root_that_is_none) { EXPECT_NE(check({1, 0, 0, 2, no_vertex}, 0).no_tree, 0U); }

TEST(validation, finds_a_parent_that_is_not_in_the_tree) { EXPECT_EQ(check({0, 0, 4, 2, no_vertex}, 0).no_tree, 2U); }

TEST(validation, finds_a_number_that_is_no_vertex) { EXPECT_EQ(check({0, 0, 77, 2, no_vertex}, 0).no_tree, 2U); }

TEST(validation, finds_a_detour) {
  EXPECT_EQ(check({0, 0, 1, 2, no_vertex}, 0).edge_level, 1U);  // 0 - 2, which is now two levels
}

TEST(validation, finds_a_vertex_that_was_left_out) {
  EXPECT_EQ(check({0, 0, 0, no_vertex, no_vertex}, 0).component, 1U);
}

TEST(validation, finds_a_tree_edge_that_is_no_edge) {
  EXPECT_EQ(check({0, 0, 0, 1, no_vertex}, 0).no_edge, 1U);
  EXPECT_EQ(check({0, 0, 0, 2, 0}, 0).no_edge, 1U);
}

}  // namespace
}  // namespace bfs
