#include "apps/pagerank/serial_pagerank.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "apps/pagerank/graph.hpp"
#include "apps/pagerank/run.hpp"

namespace pagerank {
namespace {

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

TEST(make_graph, sorts_by_target_and_drops_repetitions) {
  const graph result = make_graph(3, {{2, 1}, {0, 2}, {0, 1}, {2, 1}, {1, 0}});
  EXPECT_EQ(result.edges, (std::vector<edge>{{1, 0}, {0, 1}, {2, 1}, {0, 2}}));
}

TEST(make_graph, refuses_what_is_no_graph) {
  EXPECT_THROW((void)make_graph(2, {}), std::invalid_argument);
  EXPECT_THROW((void)make_graph(2, {{0, 2}}), std::invalid_argument);
  EXPECT_THROW((void)make_graph(2, {{2, 0}}), std::invalid_argument);
  EXPECT_THROW((void)make_graph(2, {{0, 1}}, {"only one"}), std::invalid_argument);
  EXPECT_THROW((void)make_graph(max_nodes + 1, {{0, 1}}), std::invalid_argument);
}

TEST(incoming, gives_the_sources_of_each_node) {
  const incoming_edges rows = incoming(make_graph(4, {{3, 1}, {0, 1}, {1, 3}}));
  EXPECT_EQ(rows.offsets, (std::vector<std::uint64_t>{0, 0, 2, 2, 3}));
  EXPECT_EQ(rows.sources, (std::vector<node>{0, 3, 1}));
}

TEST(out_degrees, counts_the_edges_that_leave_each_node) {
  EXPECT_EQ(out_degrees(make_graph(3, {{0, 1}, {0, 2}, {2, 0}})), (std::vector<std::uint32_t>{2, 0, 1}));
}

TEST(serial_pagerank, gives_all_nodes_of_a_ring_the_same) {
  const auto result = serial_pagerank(make_graph(4, {{0, 1}, {1, 2}, {2, 3}, {3, 0}}), {});
  for (const double value : result.values) EXPECT_DOUBLE_EQ(value, 0.25);
  EXPECT_EQ(result.residuals.size(), 1U);
}

// x = 0.15/2 + 0.85 (y/2), where y, which no edge leaves, gives half of itself to each; x + y = 1.
TEST(serial_pagerank, spreads_what_no_edge_carries_on) {
  const auto result = serial_pagerank(make_graph(2, {{0, 1}}), {});
  EXPECT_NEAR(result.values[0], 0.5 / 1.425, 1e-12);
  EXPECT_NEAR(result.values[1], 1 - 0.5 / 1.425, 1e-12);
}

// Two pages that name a third one, which names the first: solved by hand for d = 1/2.
TEST(serial_pagerank, agrees_with_a_solution_by_hand) {
  const auto result = serial_pagerank(make_graph(3, {{0, 2}, {1, 2}, {2, 0}}), {.damping = 0.5});
  EXPECT_NEAR(result.values[0], 14.0 / 36, 1e-12);
  EXPECT_NEAR(result.values[1], 6.0 / 36, 1e-12);
  EXPECT_NEAR(result.values[2], 16.0 / 36, 1e-12);
}

TEST(serial_pagerank, keeps_the_sum_at_1_and_stops_below_the_tolerance) {
  const graph web = make_graph(5, {{0, 1}, {1, 2}, {2, 0}, {3, 0}, {3, 4}});
  const auto result = serial_pagerank(web, {.tolerance = 1e-6});
  EXPECT_NEAR(sum(result.values), 1, 1e-14);
  ASSERT_GE(result.residuals.size(), 2U);
  EXPECT_LT(result.residuals.back(), 1e-6);
  EXPECT_GE(result.residuals[result.residuals.size() - 2], 1e-6);
}

TEST(serial_pagerank, stops_after_the_last_iteration) {
  const graph web = make_graph(3, {{0, 1}, {1, 2}, {0, 2}});
  EXPECT_EQ(serial_pagerank(web, {.tolerance = 0, .max_iterations = 7}).residuals.size(), 7U);
}

TEST(highest, orders_by_value) {
  const graph three = make_graph(3, {{0, 1}}, {"a", "b", "c"});
  EXPECT_EQ(highest(three, {0.2, 0.5, 0.3}, 2), (std::vector<node>{1, 2}));
}

TEST(highest, orders_what_prints_alike_by_name) {
  const graph three = make_graph(3, {{0, 1}}, {"z", "y", "x"});
  EXPECT_EQ(highest(three, {0.25 + 1e-16, 0.25, 0.5}, 9), (std::vector<node>{2, 1, 0}));
  EXPECT_EQ(printed(0.25 + 1e-16), printed(0.25));
}

TEST(greatest_difference, does_not_overlook_what_is_no_number) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(greatest_difference({1, 2, 4}, {1, 2.5, 4.25}), 0.5);
  EXPECT_EQ(greatest_difference({std::nan(""), 1}, {0, 1}), infinite);
  EXPECT_EQ(greatest_difference({1, 2}, {1}), infinite);
}

}  // namespace
}  // namespace pagerank
