// The labels in a global array.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <liana/liana.hpp>

#include "../bfs/partition.hpp"
#include "hooking.hpp"

namespace components {

/// A label for each vertex, at home with the rank whose vertex it is. All ranks read all of them, then all make some
/// less: their own in place, those of others through views, which give a block to one rank at a time.
class shared_labels {
 public:
  /// Collective.
  explicit shared_labels(const bfs::partition& among);

  void start();
  [[nodiscard]] const std::vector<vertex>& all();
  [[nodiscard]] bool lower(const hooking& by);

  /// Collective. Frees the array.
  void destroy() { liana::destroy(labels_); }

 private:
  bool lower_own(std::span<const vertex> to) const;
  bool lower_others(std::span<const proposal> to) const;

  liana::array<vertex> labels_;
  std::vector<vertex> seen_;  // all, when they were last read
};

}  // namespace components
