#include "hooking.hpp"

#include <algorithm>

namespace components {

hooking::hooking(const bfs::own_rows& rows, const bfs::partition& among, int ranks)
    : rows_(rows),
      among_(among),
      lowered_(among.vertices()),
      grandparents_(among.vertices()),
      for_others_(static_cast<std::size_t>(ranks)) {}

void hooking::lower(vertex which, vertex label) { lowered_[which] = std::min(lowered_[which], label); }

void hooking::look(std::span<const vertex> labels) {
  std::copy(labels.begin(), labels.end(), lowered_.begin());
  for (std::size_t i = 0; i < labels.size(); ++i) grandparents_[i] = labels[labels[i]];
  for (std::size_t i = 0; i < rows_.of.size(); ++i) {
    const auto which = static_cast<vertex>(rows_.first_vertex + i);
    vertex least = grandparents_[which];
    for (const vertex neighbour : rows_.neighbours(which)) least = std::min(least, grandparents_[neighbour]);
    lower(labels[which], least);
    lower(which, least);
  }

  for (std::vector<proposal>& each : for_others_) each.clear();
  const auto propose = [&](std::size_t first, std::size_t end) {
    for (std::size_t i = first; i < end; ++i) {
      if (lowered_[i] == labels[i]) continue;
      const auto which = static_cast<vertex>(i);
      for_others_[among_.owner(which)].push_back({.which = which, .label = lowered_[i]});
    }
  };
  propose(0, rows_.first_vertex);
  propose(rows_.first_vertex + rows_.of.size(), labels.size());
}

}  // namespace components
