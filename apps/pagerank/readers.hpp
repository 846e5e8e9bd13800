// Where a graph comes from: the options that name its file, and the readers of the three formats. Every reader is
// strict: what it does not know is a `read_error` with the line, never guessed at. `name` is what a stream is called in
// errors.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <istream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "../common/command_line.hpp"
#include "../common/text.hpp"
#include "graph.hpp"

namespace pagerank {

using apps::line_reader;
using apps::open_text;
using apps::output_of;
using apps::parse_number;
using apps::position;
using apps::quoted;
using apps::read_error;
using apps::trim;
using apps::words;

/// Where a graph is read from. At most one of the three files is named; without any, the packages come from `apt-cache
/// dumpavail`.
struct graph_source {
  std::string packages_file;
  std::string edges_file;
  std::string matrix_market_file;
};

/// The options that name the files. Returns all three, for others to exclude them.
std::array<apps::options::option, 3> add_graph_options(apps::options& to, graph_source& source);

/// Where the graph is read from, for people.
[[nodiscard]] std::string origin(const graph_source& from);

/// Reads the graph. Throws `read_error` or std::invalid_argument if there is none to be had.
[[nodiscard]] graph load_graph(const graph_source& from);

/// Numbers names from 0 in the order in which they first come up.
class name_table {
 public:
  /// The number of `name`, which is added if it is new.
  node number(std::string_view name) {
    if (const auto known = numbers_.find(name); known != numbers_.end()) return known->second;
    if (names_.size() == max_nodes) throw std::length_error("more names than nodes can be numbered");
    const auto added = numbers_.emplace(name, static_cast<node>(names_.size())).first;
    names_.push_back(&added->first);
    return added->second;
  }

  [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }

  [[nodiscard]] const std::string& name(node which) const { return *names_.at(which); }

 private:
  // Lets find() take a string_view without making a string of it.
  struct hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };

  std::unordered_map<std::string, node, hash, std::equal_to<>> numbers_;
  std::vector<const std::string*> names_;  // the keys above, which never move
};

/// One edge a line, "from to": two names, or numbers, which are names like others. Nodes are numbered as they first
/// come up. Empty lines and lines that start with # are skipped.
[[nodiscard]] graph read_edges(std::istream& in, const std::string& name);

/// A Matrix Market coordinate file (https://math.nist.gov/MatrixMarket/formats.html): square; general or symmetric;
/// pattern, real or integer. The entry (i, j) is the edge from node i to node j; a symmetric file gives both
/// directions. Values are checked, and then ignored: all edges weigh the same.
[[nodiscard]] graph read_matrix_market(std::istream& in, const std::string& name);

/// Descriptions of Debian packages, as `apt-cache dumpavail` prints them and as the files Packages hold them.
///
/// The nodes are the packages that are described, in the order of their descriptions; several descriptions of one
/// package count as one. The edges lead from a package to those it names in Depends, Pre-Depends and Recommends. Each
/// alternative of `a | b` is an edge; versions and architectures are ignored. A name that no description has, but that
/// packages provide, stands for all of these; one that is not provided either is left out and counted in the remark.
/// What a package demands of itself is no edge.
[[nodiscard]] graph read_packages(std::istream& in, const std::string& name);

/// The names in the value of a Depends, Provides or similar field: "a (>= 1) | b:any, c [amd64] <!nocheck>" gives a, b,
/// c. A comma at the end is accepted, as dpkg does. Throws `read_error` at `where` if it is not such a list. The names
/// point into `list`.
[[nodiscard]] std::vector<std::string_view> relation_names(std::string_view list, const position& where);

}  // namespace pagerank
