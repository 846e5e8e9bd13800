#include "command_line.hpp"

#include <cmath>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <sstream>
#include <utility>

#include <CLI/CLI.hpp>

namespace apps {

namespace {

// CLI11 itself takes -1 for a huge unsigned number, 010 for eight, nan for a number within any range, and 1e999 for
// infinity.

/// An empty text if `good`, otherwise what is wrong with `value`, as CLI11 wants it.
std::string refuse_unless(bool good, const std::string& value, const std::string& expected) {
  return good ? std::string() : "Value " + value + " is not " + expected;
}

std::string check_whole(const std::string& value) {
  const bool digits = !value.empty() && value.find_first_not_of("0123456789") == std::string::npos;
  return refuse_unless(digits && (value.size() == 1 || value[0] != '0'), value, "a whole number");
}

std::string check_decimal(const std::string& value) {
  const bool digits = value.find_first_not_of("0123456789.eE+-") == std::string::npos;
  return refuse_unless(digits && std::isfinite(std::strtod(value.c_str(), nullptr)), value, "a decimal number");
}

CLI::Option* cli(void* of) { return static_cast<CLI::Option*>(of); }

}  // namespace

struct options::parser {
  explicit parser(const std::string& description) : app(description) {
    app.option_defaults()->always_capture_default();
  }

  struct number {
    std::uint64_t value;
    std::function<void(std::uint64_t)> set;
  };

  CLI::App app;
  std::deque<number> numbers;  ///< as CLI11 reads them
};

options::option& options::option::group(const std::string& heading) {
  cli(of_)->group(heading);
  return *this;
}

options::option& options::option::excludes(const option& other) {
  cli(of_)->excludes(cli(other.of_));
  return *this;
}

options::option& options::option::no_default() {
  cli(of_)->default_str("");
  return *this;
}

bool options::option::given() const { return cli(of_)->count() != 0; }

options::options(const std::string& description) : parser_(std::make_unique<parser>(description)) {}
options::~options() = default;

options::option options::add_whole(const std::string& name, std::uint64_t value, const std::string& description,
                                   std::uint64_t least, std::uint64_t most, std::function<void(std::uint64_t)> set) {
  auto& number = parser_->numbers.emplace_back(parser::number{.value = value, .set = std::move(set)});
  return option(
      parser_->app.add_option(name, number.value, description)->check(check_whole)->check(CLI::Range(least, most)));
}

options::option options::decimal(const std::string& name, double& value, const std::string& description, double least,
                                 double most) {
  auto* const added = parser_->app.add_option(name, value, description)->check(check_decimal);
  const bool any = least == 0 && most == std::numeric_limits<double>::max();
  return option(any ? added->check(CLI::NonNegativeNumber) : added->check(CLI::Range(least, most)));
}

options::option options::text(const std::string& name, std::string& value, const std::string& description) {
  return option(parser_->app.add_option(name, value, description));
}

options::option options::word(const std::string& name, std::string& value, const std::string& description,
                              const std::vector<std::string>& words) {
  return option(parser_->app.add_option(name, value, description)->check(CLI::IsMember(words)));
}

void options::on_off(const std::string& name, bool& value, const std::string& description) {
  // Without a value, of which CLI11 takes any number, and throws std::out_of_range for some.
  parser_->app
      .add_flag("--" + name + ",!--no-" + name, value, description + (value ? " (default: on)" : " (default: off)"))
      ->disable_flag_override();
}

std::optional<int> options::parse(int argc, char** argv, bool speak) {
  try {
    parser_->app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream unheard;
    return parser_->app.exit(error, speak ? std::cout : unheard, speak ? std::cerr : unheard);
  }
  for (const auto& each : parser_->numbers) {
    each.set(each.value);
  }
  return std::nullopt;
}

int refuse(const std::string& text, bool speak) {
  if (speak) {
    std::cerr << text << '\n';
  }
  return EXIT_FAILURE;
}

}  // namespace apps
