#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "apps/pagerank/run.hpp"

namespace pagerank {
namespace {

command_line parse(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "pagerank");
  std::vector<char*> argv(arguments.size() + 1, nullptr);
  std::transform(arguments.begin(), arguments.end(), argv.begin(), [](std::string& each) { return each.data(); });
  return parse_command_line(static_cast<int>(arguments.size()), argv.data(), false);
}

bool is_refused(const std::vector<std::string>& arguments) { return parse(arguments).exit_code.value_or(0) != 0; }

TEST(pagerank_command_line, takes_what_it_says) {
  const command_line line = parse({"--edges", "a.edges", "--tolerance", "1e-9", "--top=5", "--no-verify"});
  EXPECT_EQ(line.exit_code, std::nullopt);
  EXPECT_EQ(line.values.edges_file, "a.edges");
  EXPECT_EQ(line.values.computation.tolerance, 1e-9);
  EXPECT_EQ(line.values.top, 5);
  EXPECT_FALSE(line.values.verify);
}

// An empty argument, as of an unset variable in a script, was read for ever.
TEST(pagerank_command_line, refuses_an_empty_argument) {
  EXPECT_TRUE(is_refused({""}));
  EXPECT_TRUE(is_refused({"--edges", "a", "", "--top=5"}));
}

// It was taken for infinity, with which the first iteration is the last.
TEST(pagerank_command_line, refuses_a_number_beyond_all_doubles) { EXPECT_TRUE(is_refused({"--tolerance", "1e999"})); }

// An exception that is no CLI::ParseError came out.
TEST(pagerank_command_line, refuses_a_value_for_a_flag) {
  EXPECT_TRUE(is_refused({"--verify=18446744073709551616"}));
  EXPECT_TRUE(is_refused({"--no-verify=1"}));
}

TEST(pagerank_command_line, refuses_two_graphs) {
  EXPECT_TRUE(is_refused({"--edges", "a", "--packages", "b"}));
  EXPECT_TRUE(is_refused({"--packages", "a", "--matrix-market", "b"}));
  EXPECT_TRUE(is_refused({"--edges", "a", "--matrix-market", "b"}));
}

}  // namespace
}  // namespace pagerank
