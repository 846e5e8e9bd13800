#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include "apps/uts/published.hpp"
#include "apps/uts/tree.hpp"

namespace uts {
namespace {

constexpr std::uint64_t any = std::numeric_limits<std::uint64_t>::max();

tree_size size_of(const tree_parameters& what) { return serial_search(tree(what), any); }

// What `sha1sum` says of these bytes.
TEST(random_stream, is_a_chain_of_hashes) {
  const stream_state zero = first_state(0);
  EXPECT_EQ(zero, (stream_state{0x67, 0x68, 0x03, 0x3e, 0x21, 0x64, 0x68, 0x24, 0x7b, 0xd0,
                                0x31, 0xa0, 0xa2, 0xd9, 0x87, 0x6d, 0x79, 0x81, 0x8f, 0x8f}));
  EXPECT_EQ(child_state(zero, 258), (stream_state{0xba, 0xdf, 0xeb, 0x17, 0xfd, 0x9c, 0x79, 0x83, 0xc1, 0xc2,
                                                  0xfa, 0x78, 0x00, 0x1e, 0x0c, 0xde, 0xf8, 0xa4, 0xa4, 0xce}));
}

TEST(random_stream, gives_31_bits_of_the_state) {
  stream_state state{};
  EXPECT_EQ(random_number(state), 0U);
  state.fill(0xff);
  EXPECT_EQ(random_number(state), 0x7fffffffU);
  EXPECT_LT(random_fraction(state), 1);
  state = {};
  state[16] = 0x81;
  state[19] = 2;
  EXPECT_EQ(random_number(state), 0x01000002U);
}

// The reference's own default, whose size its users know: 1732 nodes, 1050 leaves.
TEST(tree, of_the_default_parameters_is_the_reference_s) {
  const tree_size found = size_of({});
  EXPECT_EQ(found.nodes, 1732U);
  EXPECT_EQ(found.leaves, 1050U);
}

TEST(tree, balanced_has_the_size_of_a_geometric_series) {
  const tree_size found = size_of({.type = distribution::balanced, .branching = 3, .depth = 5});
  EXPECT_EQ(found, (tree_size{.nodes = 364, .depth = 5, .leaves = 243}));
}

TEST(tree, binomial_has_the_children_of_the_root_at_least) {
  const tree_size found = size_of({.type = distribution::binomial, .branching = 7, .inner_probability = 0});
  EXPECT_EQ(found, (tree_size{.nodes = 8, .depth = 1, .leaves = 7}));
}

TEST(tree, does_not_depend_on_the_granularity) { EXPECT_EQ(size_of({.granularity = 3}), size_of({})); }

TEST(tree, geometric_without_a_mean_is_a_root) {
  EXPECT_EQ(size_of({.branching = 0}), (tree_size{.nodes = 1, .depth = 0, .leaves = 1}));
}

TEST(serial_search, ends_when_there_are_more_nodes_than_expected) {
  EXPECT_EQ(serial_search(tree({}), 100).nodes, 101U);
}

TEST(published, is_found_by_name_and_by_what_matters_of_the_parameters) {
  const published_tree* const by_name = find_published("T3");
  ASSERT_NE(by_name, nullptr);
  tree_parameters what = by_name->parameters;
  what.granularity = 9;
  what.depth = 99;  // of no binomial tree
  EXPECT_EQ(find_published(what), by_name);
  what.seed = 43;
  EXPECT_EQ(find_published(what), nullptr);
  EXPECT_EQ(find_published("T9"), nullptr);
}

TEST(published, agrees_with_its_own_size_only) {
  const published_tree& with = *find_published("T1");
  tree_size found{.nodes = 4'130'071, .depth = 10, .leaves = 3'305'118};
  EXPECT_TRUE(agrees(with, found));
  found.leaves += 1;
  EXPECT_FALSE(agrees(with, found));
}

TEST(published, agrees_with_what_is_not_known) {
  EXPECT_TRUE(agrees(*find_published("T3XXL"), {.nodes = 2'793'220'501, .depth = 5, .leaves = 7}));
}

}  // namespace
}  // namespace uts
