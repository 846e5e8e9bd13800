#include "runtime/report/log.hpp"

#include <array>
#include <cstddef>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace liana::detail {
namespace {

/// Counts how often it is formatted.
struct counted {
  int* times;
};

/// Cannot be formatted.
struct unprintable {};

}  // namespace
}  // namespace liana::detail

template <>
struct fmt::formatter<liana::detail::counted> {
  static constexpr auto parse(format_parse_context& context) { return context.begin(); }
  static auto format(const liana::detail::counted& value, format_context& context) {
    ++*value.times;
    return context.out();
  }
};

template <>
struct fmt::formatter<liana::detail::unprintable> {
  static constexpr auto parse(format_parse_context& context) { return context.begin(); }
  static auto format(const liana::detail::unprintable& /*value*/, format_context& context) -> decltype(context.out()) {
    throw fmt::format_error("unprintable");
  }
};

namespace liana::detail {
namespace {

class logging : public testing::Test {
 protected:
  void SetUp() override { testing::internal::CaptureStderr(); }
  void TearDown() override {
    log::stop();
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "not looked at by the test";
  }

  static std::string written() {
    std::string text = testing::internal::GetCapturedStderr();
    testing::internal::CaptureStderr();
    return text;
  }
};

TEST_F(logging, begins_lines_with_rank_and_level) {
  log::start(log_level::debug, 3);
  log::error("lost {}", 1);
  log::warn("{:>3}", 7);
  log::info("plain %v {{}}");
  log::debug("last");
  EXPECT_EQ(written(),
            "[liana rank 3] error: lost 1\n[liana rank 3] warning:   7\n[liana rank 3] info: plain %v {}\n"
            "[liana rank 3] debug: last\n");
}

TEST_F(logging, warns_without_a_rank_before_start_and_after_stop) {
  log::warn("early");
  log::info("not shown");
  log::start(log_level::debug, 5);
  log::stop();
  log::warn("late");
  log::info("not shown");
  EXPECT_EQ(written(), "[liana] warning: early\n[liana] warning: late\n");
}

TEST_F(logging, writes_the_levels_up_to_the_one_set) {
  const std::array<std::string, 5> lines = {"", "error", "warning", "info", "debug"};
  std::string expected;
  for (int level = 0; level <= 4; ++level) {
    log::start(static_cast<log_level>(level), 0);
    log::error("x");
    log::warn("x");
    log::info("x");
    log::debug("x");
    if (level > 0) {
      expected += "[liana rank 0] " + lines.at(static_cast<std::size_t>(level)) + ": x\n";
    }
    EXPECT_EQ(written(), expected) << level;
  }
}

TEST_F(logging, does_not_format_what_is_off) {
  int times = 0;
  log::start(log_level::warn, 0);
  log::debug("{}", counted{&times});
  log::info("{}", counted{&times});
  EXPECT_EQ(times, 0);
  log::warn("on{}", counted{&times});
  EXPECT_EQ(times, 1);
  EXPECT_EQ(written(), "[liana rank 0] warning: on\n");
}

TEST_F(logging, says_so_when_a_message_cannot_be_put_together) {
  log::start(log_level::warn, 0);
  log::warn("{}", unprintable{});
  EXPECT_EQ(written(), "[liana] a message was lost: unprintable\n");
}

}  // namespace
}  // namespace liana::detail
