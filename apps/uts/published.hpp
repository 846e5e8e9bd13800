// Trees whose sizes the benchmark's authors have published.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "tree.hpp"

namespace uts {

struct published_tree {
  std::string_view name;
  tree_parameters parameters;
  std::uint64_t nodes;
  std::optional<std::uint64_t> depth = std::nullopt;
  std::optional<std::uint64_t> leaves = std::nullopt;
};

/// In ascending order of size, more or less.
[[nodiscard]] std::span<const published_tree> published_trees();

/// By its name; nullptr if there is none.
[[nodiscard]] const published_tree* find_published(std::string_view name);

/// The one that has these parameters, whatever the granularity, which does not change a tree; nullptr if there is none.
[[nodiscard]] const published_tree* find_published(const tree_parameters& of);

/// Whether a tree has the size that was published, as far as it was.
[[nodiscard]] bool agrees(const published_tree& with, const tree_size& found);

}  // namespace uts
