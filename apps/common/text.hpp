// Text as the readers see it: lines with their numbers, words, numbers, and errors that say where.
#pragma once

#include <charconv>
#include <cstddef>
#include <fstream>
#include <istream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace apps {

/// Input that cannot be read or is not in the format. The text says where, what is wrong and what is accepted.
class read_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A line of an input, counted from 1.
struct position {
  std::string source;
  std::size_t line = 0;

  /// Throws a `read_error` "source:line: what".
  [[noreturn]] void fail(std::string_view what) const;
};

/// Goes through a stream line by line: `while (lines.next()) use(lines.line());`
class line_reader {
 public:
  /// `name` is the stream's name in errors. The stream must outlive the reader.
  line_reader(std::istream& in, std::string name) : in_(in), where_{std::move(name), 0} {}

  /// Goes to the next line. Returns false at the end; throws `read_error` if the stream fails before it.
  bool next();

  /// The line, without its line feed or carriage return. Valid until next().
  [[nodiscard]] std::string_view line() const noexcept { return line_; }

  [[nodiscard]] const position& where() const noexcept { return where_; }

 private:
  std::istream& in_;
  std::string line_;
  position where_;
};

/// `text` without white space at its ends.
[[nodiscard]] std::string_view trim(std::string_view text);

/// The parts of `text` between white space.
[[nodiscard]] std::vector<std::string_view> words(std::string_view text);

/// `text` in quotation marks, shortened if it is long, for errors. Control characters but tabs are written as \x1b, so
/// that a file neither ends the error nor moves the cursor.
[[nodiscard]] std::string quoted(std::string_view text);

/// All of `text` as a number, or nothing.
template <class Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Opens a file. Throws `read_error` naming the file and the cause.
[[nodiscard]] std::ifstream open_text(const std::string& path);

/// What a shell command prints. Throws `read_error` with its exit status if it fails.
[[nodiscard]] std::string output_of(const std::string& command);

}  // namespace apps
