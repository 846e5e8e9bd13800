#include "matrix_market.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <vector>

#include <fmt/core.h>

#include "text.hpp"

namespace apps {

namespace {

enum class value_kind { pattern, real, integer };

struct banner {
  value_kind values = value_kind::pattern;
  bool symmetric = false;
};

struct dimensions {
  std::size_t rows = 0;
  std::size_t entries = 0;
};

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return result;
}

value_kind parse_field(std::string_view field, const position& where) {
  if (field == "pattern") return value_kind::pattern;
  if (field == "real") return value_kind::real;
  if (field == "integer") return value_kind::integer;
  where.fail(fmt::format("field {} is not supported: accepted are pattern, real and integer", quoted(field)));
}

bool parse_symmetry(std::string_view symmetry, const position& where) {
  if (symmetry == "general") return false;
  if (symmetry == "symmetric") return true;
  where.fail(fmt::format("symmetry {} is not supported: accepted are general and symmetric", quoted(symmetry)));
}

banner read_banner(line_reader& lines) {
  constexpr std::string_view accepted =
      "expected '%%MatrixMarket matrix coordinate pattern|real|integer general|symmetric'";
  if (!lines.next()) throw read_error(fmt::format("{}: the file is empty: {}", lines.where().source, accepted));
  const std::string line = lower_case(lines.line());
  const auto parts = words(line);
  const position& where = lines.where();
  if (parts.size() != 5 || parts[0] != "%%matrixmarket") {
    where.fail(fmt::format("{} is no Matrix Market banner: {}", quoted(lines.line()), accepted));
  }
  if (parts[1] != "matrix") where.fail(fmt::format("object {} is not supported: accepted is matrix", quoted(parts[1])));
  if (parts[2] != "coordinate") {
    where.fail(fmt::format("format {} is not supported: accepted is coordinate", quoted(parts[2])));
  }
  return {.values = parse_field(parts[3], where), .symmetric = parse_symmetry(parts[4], where)};
}

/// Goes to the next line that is neither empty nor a comment.
bool next_data_line(line_reader& lines) {
  while (lines.next()) {
    const std::string_view line = trim(lines.line());
    if (!line.empty() && !line.starts_with('%')) return true;
  }
  return false;
}

dimensions read_dimensions(line_reader& lines) {
  if (!next_data_line(lines)) lines.where().fail("the file ends before its size line: expected 'rows columns entries'");
  const auto parts = words(lines.line());
  std::vector<std::size_t> sizes;
  for (const std::string_view part : parts) {
    if (const auto number = parse_number<std::size_t>(part)) sizes.push_back(*number);
  }
  const position& where = lines.where();
  if (parts.size() != 3 || sizes.size() != 3) {
    where.fail(fmt::format("{} is no size line: expected three numbers, 'rows columns entries'", quoted(lines.line())));
  }
  if (sizes[0] != sizes[1]) {
    where.fail(fmt::format("the matrix has {} rows and {} columns: expected a square one", sizes[0], sizes[1]));
  }
  constexpr std::size_t max_rows = std::numeric_limits<std::uint32_t>::max();
  if (sizes[0] > max_rows) where.fail(fmt::format("{} rows: accepted are up to {}", sizes[0], max_rows));
  if (sizes[2] == 0) where.fail("the matrix has no entries");
  return {.rows = sizes[0], .entries = sizes[2]};
}

std::uint32_t parse_index(std::string_view text, std::size_t rows, const position& where) {
  const auto index = parse_number<std::size_t>(text);
  if (!index || *index < 1 || *index > rows) {
    where.fail(fmt::format("{} is no index: accepted are 1 to {}", quoted(text), rows));
  }
  return static_cast<std::uint32_t>(*index - 1);
}

double parse_value(std::string_view text, value_kind kind, const position& where) {
  // Both are allowed a plus sign, which from_chars does not know.
  const std::string_view digits = text.starts_with('+') && !text.starts_with("+-") ? text.substr(1) : text;
  if (kind == value_kind::integer) {
    const auto value = parse_number<std::int64_t>(digits);
    if (!value) where.fail(fmt::format("{} is no integer value", quoted(text)));
    return static_cast<double>(*value);
  }
  const auto value = parse_number<double>(digits);
  if (!value || !std::isfinite(*value)) where.fail(fmt::format("{} is no real value", quoted(text)));
  return *value;
}

matrix_entry parse_entry(std::string_view line, const banner& header, std::size_t rows, const position& where) {
  const auto parts = words(line);
  const bool pattern = header.values == value_kind::pattern;
  if (parts.size() != (pattern ? 2 : 3)) {
    where.fail(fmt::format("{} is no entry: expected '{}'", quoted(line), pattern ? "row column" : "row column value"));
  }
  const matrix_entry entry{.row = parse_index(parts[0], rows, where),
                           .column = parse_index(parts[1], rows, where),
                           .value = pattern ? 1 : parse_value(parts[2], header.values, where)};
  if (header.symmetric && entry.row < entry.column) {
    where.fail(fmt::format("entry ({}, {}) lies above the diagonal: a symmetric file holds only what is on or below it",
                           std::size_t{entry.row} + 1, std::size_t{entry.column} + 1));
  }
  return entry;
}

}  // namespace

std::size_t read_matrix_market(std::istream& in, const std::string& name,
                               const std::function<void(const matrix_entry&)>& use) {
  line_reader lines(in, name);
  const banner header = read_banner(lines);
  const dimensions size = read_dimensions(lines);

  std::size_t entries = 0;
  while (next_data_line(lines)) {
    if (entries == size.entries) {
      lines.where().fail(fmt::format("more entries than the {} of the size line", size.entries));
    }
    ++entries;
    const matrix_entry entry = parse_entry(lines.line(), header, size.rows, lines.where());
    use(entry);
    if (header.symmetric && entry.row != entry.column) {
      use({.row = entry.column, .column = entry.row, .value = entry.value});
    }
  }
  if (entries != size.entries) {
    lines.where().fail(fmt::format("the file ends after {} entries: its size line promises {}", entries, size.entries));
  }
  return size.rows;
}

}  // namespace apps
