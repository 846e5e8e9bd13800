#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "apps/pagerank/readers.hpp"
#include "tests/apps/read_support.hpp"

namespace pagerank {
namespace {

using test::described;
using test::edges_of;

graph read(const std::string& text) {
  std::istringstream in(text);
  return read_packages(in, "dump");
}

void expect_refusal(const std::string& text, const std::string& message) {
  test::expect_refusal([&] { return read(text); }, message);
}

std::vector<std::string> names_in(const std::string& list) {
  const auto names = relation_names(list, position{"dump", 7});
  return {names.begin(), names.end()};
}

void expect_no_relation(const std::string& list, const std::string& relation) {
  try {
    names_in(list);
    ADD_FAILURE() << "accepted: " << list;
  } catch (const read_error& error) {
    EXPECT_EQ(error.what(), "dump:7: '" + relation +
                                "' names no package: expected 'name', or 'name:architecture', then optionally "
                                "'(version)', '[architectures]' and '<profiles>'");
  }
}

using strings = std::vector<std::string>;

TEST(relation_names, leave_out_versions_architectures_and_profiles) {
  EXPECT_EQ(names_in("a (>= 1:2.0~rc1), b:any, c:amd64 (= 3) [amd64 i386] <!nocheck> <cross>, d(<<4)"),
            (strings{"a", "b", "c", "d"}));
}

TEST(relation_names, take_each_alternative) {
  EXPECT_EQ(names_in("a | b:any (>= 1)|c, d"), (strings{"a", "b", "c", "d"}));
}

TEST(relation_names, know_all_characters_of_names) {
  EXPECT_EQ(names_in("libstdc++6, gtk2.0-bin, 0ad, Perl_x"), (strings{"libstdc++6", "gtk2.0-bin", "0ad", "Perl_x"}));
}

TEST(relation_names, accept_an_empty_list_and_a_comma_at_the_end) {
  EXPECT_EQ(names_in(""), strings{});
  EXPECT_EQ(names_in(" a, b ,"), (strings{"a", "b"}));
}

TEST(relation_names, refuse_what_is_no_relation) {
  expect_no_relation("a, , b", "");
  expect_no_relation("a, b c", "b c");
  expect_no_relation("a (>= 1, b", "a (>= 1");
  expect_no_relation("a [amd64", "a [amd64");
  expect_no_relation("a <!nocheck", "a <!nocheck");
  expect_no_relation("a:", "a:");
  expect_no_relation("(>= 1)", "(>= 1)");
  expect_no_relation("a (>= 1) (<< 2)", "a (>= 1) (<< 2)");
}

TEST(relation_names, refuse_an_alternative_to_nothing) {
  try {
    names_in("a |");
    ADD_FAILURE() << "accepted";
  } catch (const read_error& error) {
    EXPECT_STREQ(error.what(), "dump:7: 'a |' ends with a '|'");
  }
}

TEST(packages, are_the_nodes_in_the_order_of_their_descriptions) {
  const graph result = read("Package: b\nDepends: a\n\nPackage: a\n\nPackage: c\n");
  EXPECT_EQ(result.names, (strings{"b", "a", "c"}));
  EXPECT_EQ(result.edges, (std::vector<edge>{{0, 1}}));
  EXPECT_EQ(result.remark, "");
}

TEST(packages, lead_to_what_they_depend_on_pre_depend_on_and_recommend) {
  const graph result = read(
      "Package: top\nDepends: a\nPre-Depends: b\nRecommends: c\nSuggests: d\nEnhances: d\nConflicts: d\n\n"
      "Package: a\n\nPackage: b\n\nPackage: c\n\nPackage: d\n");
  EXPECT_EQ(described(result), (edges_of{{"top", "a"}, {"top", "b"}, {"top", "c"}}));
}

TEST(packages, lead_to_each_alternative_once) {
  const graph result = read("Package: top\nDepends: a | b, a (>= 1), a (<< 2)\n\nPackage: a\n\nPackage: b\n");
  EXPECT_EQ(described(result), (edges_of{{"top", "a"}, {"top", "b"}}));
}

TEST(packages, stand_in_for_a_name_that_they_provide) {
  const graph result = read(
      "Package: top\nDepends: mta\n\nPackage: exim\nProvides: mta (= 4), mail-server\n\nPackage: postfix\nProvides: "
      "mta\n");
  EXPECT_EQ(described(result), (edges_of{{"top", "exim"}, {"top", "postfix"}}));
}

TEST(packages, win_over_those_that_provide_their_name) {
  const graph result = read("Package: top\nDepends: mta\n\nPackage: exim\nProvides: mta\n\nPackage: mta\n");
  EXPECT_EQ(described(result), (edges_of{{"top", "mta"}}));
}

TEST(packages, do_not_lead_to_themselves) {
  const graph result =
      read("Package: exim\nDepends: exim (>= 1), lib\nProvides: mta\nRecommends: mta\n\nPackage: lib\n");
  EXPECT_EQ(described(result), (edges_of{{"exim", "lib"}}));
}

TEST(packages, that_do_not_exist_are_counted_and_left_out) {
  const graph result = read("Package: top\nDepends: a, x | y\n\nPackage: a\nRecommends: x\n");
  EXPECT_EQ(described(result), (edges_of{{"top", "a"}}));
  EXPECT_EQ(result.remark, "3 dependencies on packages that do not exist left out");
}

// What is said n times of a provided name made n * n edges, so that a file of 20 KB took a gigabyte.
TEST(packages, provided_and_demanded_many_times_over_make_one_edge) {
  std::string list;
  for (int i = 0; i < 20'000; ++i) list += i == 0 ? "mta" : ",mta";
  const graph result = read("Package: exim\nProvides: " + list + "\n\nPackage: top\nDepends: " + list + "\n");
  EXPECT_EQ(described(result), (edges_of{{"top", "exim"}}));
}

TEST(packages, described_twice_are_one_node_with_the_edges_of_both) {
  const graph result = read("Package: a\nDepends: b\n\nPackage: b\n\nPackage: c\n\nPackage: a\nDepends: c\n");
  EXPECT_EQ(result.names, (strings{"a", "b", "c"}));
  EXPECT_EQ(described(result), (edges_of{{"a", "b"}, {"a", "c"}}));
}

TEST(packages, may_have_fields_of_several_lines_and_in_any_order_and_case) {
  const graph result = read(
      "Description: not a list\n Depends: x, y\n .\nDEPENDS: a,\n b\n\t, c\npackage: top\n\n\n"
      "Package: a\n\n \t\nPackage: b\r\n\r\nPackage: c");
  EXPECT_EQ(described(result), (edges_of{{"top", "a"}, {"top", "b"}, {"top", "c"}}));
}

TEST(packages, need_a_name) {
  expect_refusal("Package: a\n\nVersion: 1\nDepends: a\n", "dump:3: this description has no field Package");
  expect_refusal("Package:\nDepends: a\n", "dump:1: '' is no package's name");
  expect_refusal("Package: a, b\n", "dump:1: 'a, b' is no package's name");
}

TEST(packages, cannot_have_a_field_twice) {
  expect_refusal("Package: a\nDepends: b\nVersion: 1\nDepends: c\n",
                 "dump:4: Depends comes twice in one description, first on line 2");
}

TEST(packages, are_described_by_fields) {
  expect_refusal("Package: a\n\nno field\n", "dump:3: 'no field' is no field: expected 'Name: value'");
  expect_refusal("Package: a\n: b\n", "dump:2: ': b' is no field: expected 'Name: value'");
  expect_refusal(" Package: a\n", "dump:1: a continued line without a field before it");
}

TEST(packages, are_refused_with_the_line_of_the_field) {
  expect_refusal("Package: a\nVersion: 1\nDepends: b,\n c (>= 1\nSection: x\n",
                 "dump:3: 'c (>= 1' names no package: expected 'name', or 'name:architecture', then optionally "
                 "'(version)', '[architectures]' and '<profiles>'");
}

TEST(packages, have_to_exist_and_to_depend_on_each_other) {
  expect_refusal("", "dump: describes no package; `apt-get update` fetches the lists");
  expect_refusal("Package: a\nDepends: x\n\nPackage: b\n", "dump: no package depends on another one");
}

}  // namespace
}  // namespace pagerank
