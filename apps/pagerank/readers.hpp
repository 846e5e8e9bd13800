// The three formats that a graph comes in. Every reader is strict: what it does not know is a `read_error` with the
// line, never guessed at. `name` is what the stream is called in errors.
#pragma once

#include <istream>
#include <string>

#include "graph.hpp"

namespace pagerank {

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

}  // namespace pagerank
