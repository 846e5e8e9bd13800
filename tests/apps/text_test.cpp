#include "apps/common/text.hpp"

#include <filesystem>
#include <istream>
#include <sstream>
#include <stdexcept>
#include <streambuf>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace apps {
namespace {

template <class Action>
std::string refusal(Action action) {
  try {
    action();
  } catch (const read_error& error) {
    return error.what();
  }
  return "not refused";
}

/// Fails, as a disk does, after two lines.
class broken_after_two_lines : public std::stringbuf {
 public:
  broken_after_two_lines() : std::stringbuf("1\n2\n", std::ios::in) {}

 private:
  int_type underflow() override {
    const int_type next = std::stringbuf::underflow();
    if (next == traits_type::eof()) throw std::runtime_error("the disk is gone");
    return next;
  }
};

TEST(line_reader, counts_lines_from_1_and_drops_their_ends) {
  std::istringstream in("a\r\n\nlast");
  line_reader lines(in, "file");
  std::vector<std::string> seen;
  while (lines.next()) seen.push_back(std::to_string(lines.where().line) + std::string(lines.line()));
  EXPECT_EQ(seen, (std::vector<std::string>{"1a", "2", "3last"}));
}

TEST(line_reader, tells_a_failure_from_the_end) {
  broken_after_two_lines broken;
  std::istream in(&broken);
  line_reader lines(in, "file");
  EXPECT_TRUE(lines.next());
  EXPECT_TRUE(lines.next());
  EXPECT_EQ(refusal([&] { lines.next(); }), "file: reading failed after line 2");
}

TEST(words, are_what_stands_between_white_space) {
  EXPECT_EQ(words(" a\tbc \r d"), (std::vector<std::string_view>{"a", "bc", "d"}));
  EXPECT_EQ(words(" \t"), std::vector<std::string_view>{});
}

TEST(parse_number, takes_all_of_the_text_or_nothing) {
  EXPECT_EQ(parse_number<std::size_t>("12"), std::size_t{12});
  EXPECT_EQ(parse_number<double>("-1.5e3"), -1500.0);
  for (const char* text : {"", "12 ", " 12", "12x", "0x12", "-1", "99999999999999999999"}) {
    EXPECT_EQ(parse_number<std::size_t>(text), std::nullopt) << text;
  }
}

// A null character ended the error, and an escape sequence reached the terminal.
TEST(quoted, shows_control_characters_by_number) {
  EXPECT_EQ(quoted(std::string_view("a\tb\0c\x1b[2J\x7f", 10)), "'a\tb\\x00c\\x1b[2J\\x7f'");
  EXPECT_EQ(quoted("\xc3\xa9"), "'\xc3\xa9'");
}

TEST(open_text, names_the_file_and_the_cause) {
  EXPECT_EQ(refusal([] { return open_text("/nowhere/at all"); }),
            "/nowhere/at all: cannot be opened: No such file or directory");
  const std::string directory = std::filesystem::temp_directory_path().string();
  EXPECT_EQ(refusal([&] { return open_text(directory); }), directory + ": cannot be read: Is a directory");
}

TEST(output_of, returns_what_a_command_prints) { EXPECT_EQ(output_of("printf 'a\\nb'"), "a\nb"); }

TEST(output_of, refuses_the_output_of_a_command_that_fails) {
  EXPECT_EQ(refusal([] { return output_of("echo half; exit 3"); }), "'echo half; exit 3' failed with exit status 3");
  EXPECT_EQ(refusal([] { return output_of("kill -9 $$"); }), "'kill -9 $$' was ended by signal 9");
}

}  // namespace
}  // namespace apps
