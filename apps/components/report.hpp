// What is printed about the components, and what they are compared with.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "source.hpp"

namespace components {

/// A component.
struct component {
  vertex first = 0;  // the least of its vertices
  std::size_t size = 0;
};

/// The components, the largest first, those of one size by their first vertices. Labels are numbers of first vertices.
[[nodiscard]] std::vector<component> sizes_of(std::span<const vertex> labels);

void print_components(std::span<const component> all, std::size_t top, const std::vector<std::string>& names);

/// The number of the first vertex in the component of each vertex, by union-find with path halving.
[[nodiscard]] std::vector<vertex> serial_components(std::size_t vertices, std::span<const edge> edges);

/// Prints how many labels differ, and returns whether none does.
[[nodiscard]] bool print_comparison(std::span<const vertex> labels, std::span<const vertex> right);

}  // namespace components
