#include "tests/fuzz/targets/reader_check.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <set>

#include "apps/pagerank/readers.hpp"
#include "tests/fuzz/targets/support.hpp"

namespace fuzz {
namespace {

using pagerank::edge;
using pagerank::graph;

/// Above it the arrays by node are not made: a matrix may have four thousand million rows and one entry.
constexpr std::size_t most_counted_nodes = 100'000;

void check_names(const graph& of) {
  require(of.names.empty() || of.names.size() == of.nodes, "as many names as nodes");
  std::set<std::string_view> seen;
  for (const std::string& name : of.names) {
    require(!name.empty(), "no name is empty");
    require(name.find_first_of(" \t\r\n\v\f") == std::string::npos, "no name holds white space", name);
    require(seen.insert(name).second, "no name comes twice", name);
  }
}

void check_edges(const graph& of) {
  require(!of.edges.empty(), "a graph has an edge");
  const auto ordered = [](const edge& a, const edge& b) { return a.to != b.to ? a.to < b.to : a.from < b.from; };
  for (std::size_t i = 0; i < of.edges.size(); ++i) {
    require(of.edges[i].from < of.nodes && of.edges[i].to < of.nodes, "ends of edges are nodes");
    require(i == 0 || ordered(of.edges[i - 1], of.edges[i]), "edges are sorted and differ");
  }
}

void check_rows(const graph& of) {
  if (of.nodes > most_counted_nodes) return;
  const auto rows = incoming(of);
  require(rows.offsets.front() == 0 && rows.offsets.back() == of.edges.size(), "each edge is in one row");
  require(std::is_sorted(rows.offsets.begin(), rows.offsets.end()), "no row ends before it begins");
  const auto degrees = out_degrees(of);
  require(std::accumulate(degrees.begin(), degrees.end(), std::size_t{0}) == of.edges.size(),
          "each edge leaves one node");
}

void check_message(std::string_view message, std::string_view text) {
  require(message.starts_with("input:"), "an error names the input", message);
  require(is_printable(message), "an error holds no control character", message);
  require(message.size() < 500, "an error is short", message);
  const std::string_view rest = message.substr(std::string_view("input:").size());
  if (rest.starts_with(' ')) return;  // about the input as a whole
  std::size_t line = 0;
  const auto [end, fault] = std::from_chars(rest.data(), rest.data() + rest.size(), line);
  require(fault == std::errc{} && end != rest.data() + rest.size() && *end == ':', "an error says the line", message);
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  require(line >= 1 && line <= lines, "an error's line exists", message);
}

graph read_again(const std::string& text, reader read) {
  std::istringstream in(text);
  try {
    return read(in, "written");
  } catch (const pagerank::read_error& error) {
    require(false, "what is written is read", error.what());
  }
  return {};
}

}  // namespace

graph check_reader(std::string_view text, reader read, writer write) {
  std::istringstream in{std::string(text)};
  try {
    graph result = read(in, "input");
    check_names(result);
    check_edges(result);
    check_rows(result);
    const std::string written = write(result);
    const graph again = read_again(written, read);
    require(again.nodes == result.nodes && again.edges == result.edges && again.names == result.names,
            "a graph comes back from what is written of it", written);
    return result;
  } catch (const pagerank::read_error& error) {
    check_message(error.what(), text);
  }
  return {};
}

}  // namespace fuzz
