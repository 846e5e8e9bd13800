#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "apps/bfs/kronecker.hpp"
#include "apps/bfs/rows.hpp"
#include "apps/components/hooking.hpp"
#include "apps/components/run.hpp"

namespace components {
namespace {

/// The labels of one rank that is alone.
class plain_labels {
 public:
  explicit plain_labels(std::size_t vertices) : labels_(vertices) {}
  void start() { std::iota(labels_.begin(), labels_.end(), vertex{0}); }
  const std::vector<vertex>& all() const { return labels_; }
  bool lower(const hooking& by) {
    const std::vector<vertex> before(by.own().begin(), by.own().end());
    return std::exchange(labels_, before) != before;
  }

 private:
  std::vector<vertex> labels_;
};

struct found {
  std::vector<vertex> labels;
  std::size_t rounds;
};

found find(std::size_t vertices, const std::vector<edge>& edges) {
  const bfs::partition among(vertices, 1);
  const bfs::rows rows = bfs::make_rows(bfs::deal_out(edges, among, 1).arcs, 0, vertices);
  const bfs::own_rows own{.first_vertex = 0, .of = rows.of, .targets = rows.targets};
  hooking by(own, among, 1);
  plain_labels labels(vertices);
  const std::size_t rounds = find_components(labels, by);
  return {.labels = labels.all(), .rounds = rounds};
}

TEST(serial_components, names_each_vertex_after_the_first_of_its_component) {
  EXPECT_EQ(serial_components(6, std::vector<edge>{{4, 2}, {5, 1}, {2, 5}, {3, 3}}),
            (std::vector<vertex>{0, 1, 1, 3, 1, 1}));
}

TEST(find_components, finds_those_of_random_graphs) {
  for (const unsigned scale : {1U, 5U, 10U}) {
    const bfs::kronecker_graph graph{.scale = scale, .edge_factor = 1};
    const auto edges = graph.edges(0, graph.edges());
    EXPECT_EQ(find(graph.vertices(), edges).labels, serial_components(graph.vertices(), edges));
  }
}

TEST(find_components, takes_few_rounds_for_a_long_way) {
  constexpr vertex length = 4096;
  const bfs::kronecker_graph names{.scale = 12};
  std::vector<edge> edges;
  for (vertex i = 0; i + 1 < length; ++i) edges.push_back({names.renamed(i, 3), names.renamed(i + 1, 3)});
  const found result = find(length, edges);
  EXPECT_EQ(result.labels, std::vector<vertex>(length, 0));
  EXPECT_LT(result.rounds, 20U);
}

TEST(sizes_of, orders_components_by_size) {
  const auto all = sizes_of(std::vector<vertex>{0, 1, 1, 3, 1, 3, 6});
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].first, 1U);
  EXPECT_EQ(all[0].size, 3U);
  EXPECT_EQ(all[1].first, 3U);
  EXPECT_EQ(all[2].first, 0U);
}

TEST(print_comparison, finds_a_label_that_is_wrong) {
  EXPECT_TRUE(print_comparison(std::vector<vertex>{0, 0, 2}, std::vector<vertex>{0, 0, 2}));
  EXPECT_FALSE(print_comparison(std::vector<vertex>{0, 1, 2}, std::vector<vertex>{0, 0, 2}));
}

}  // namespace
}  // namespace components
