#pragma once

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graph.hpp"

namespace pagerank {

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

}  // namespace pagerank
