#include "report.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace components {

namespace {

vertex root(std::vector<vertex>& parents, vertex of) {
  while (parents[of] != of) {
    parents[of] = parents[parents[of]];
    of = parents[of];
  }
  return of;
}

}  // namespace

std::vector<component> sizes_of(std::span<const vertex> labels) {
  std::vector<std::size_t> sizes(labels.size());
  std::size_t no_vertices = 0;
  for (const vertex each : labels) ++(each < sizes.size() ? sizes[each] : no_vertices);
  std::vector<component> all;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] != 0) all.push_back({.first = static_cast<vertex>(i), .size = sizes[i]});
  }
  std::stable_sort(all.begin(), all.end(), [](const component& a, const component& b) { return a.size > b.size; });
  return all;
}

void print_components(std::span<const component> all, std::size_t top, const std::vector<std::string>& names) {
  const auto single = static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const component& each) { return each.size == 1; }));
  fmt::print("{} components, {} of them single vertices. The largest:\n", all.size(), single);
  for (const component& each : all.first(std::min(top, all.size()))) {
    fmt::print("{:10} vertices, with {}\n", each.size,
               names.empty() ? fmt::format("number {}", each.first) : names[each.first]);
  }
}

std::vector<vertex> serial_components(std::size_t vertices, std::span<const edge> edges) {
  std::vector<vertex> parents(vertices);
  std::iota(parents.begin(), parents.end(), vertex{0});
  for (const auto& [a, b] : edges) {
    const vertex of_a = root(parents, a);
    const vertex of_b = root(parents, b);
    parents[std::max(of_a, of_b)] = std::min(of_a, of_b);
  }
  for (std::size_t i = 0; i < vertices; ++i) parents[i] = root(parents, static_cast<vertex>(i));
  return parents;
}

bool print_comparison(std::span<const vertex> labels, std::span<const vertex> right) {
  std::size_t different = 0;
  for (std::size_t i = 0; i < right.size(); ++i) {
    if (labels[i] != right[i]) ++different;
  }
  fmt::print("Labels that differ from those of a serial union-find: {}, allowed is 0: {}\n", different,
             different == 0 ? "good" : "WRONG");
  return different == 0;
}

}  // namespace components
