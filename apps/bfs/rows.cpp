#include "rows.hpp"

#include <algorithm>
#include <numeric>

namespace bfs {

dealt_arcs deal_out(std::span<const edge> edges, const partition& among, int ranks) {
  dealt_arcs result;
  std::vector<std::uint64_t> next(static_cast<std::size_t>(ranks) + 1);
  for (const edge& each : edges) {
    ++next[among.owner(each.a) + 1];
    ++next[among.owner(each.b) + 1];
  }
  std::partial_sum(next.begin(), next.end(), next.begin());
  result.first = next;
  result.arcs.resize(2 * edges.size());
  for (const edge& each : edges) {
    result.arcs[next[among.owner(each.a)]++] = {.from = each.a, .to = each.b};
    result.arcs[next[among.owner(each.b)]++] = {.from = each.b, .to = each.a};
  }
  return result;
}

rows make_rows(std::vector<arc> arcs, std::size_t first_vertex, std::size_t vertices) {
  rows result;
  result.of.resize(vertices);
  for (const arc& each : arcs) ++result.of[each.from - first_vertex].ends;
  std::vector<std::uint64_t> next(vertices + 1);
  for (std::size_t i = 0; i < vertices; ++i) next[i + 1] = next[i] + result.of[i].ends;

  std::vector<vertex> all(arcs.size());
  for (const arc& each : arcs) all[next[each.from - first_vertex]++] = each.to;
  arcs = {};
  auto begin = all.begin();
  for (std::size_t i = 0; i < vertices; ++i) {
    const auto end = begin + static_cast<std::ptrdiff_t>(result.of[i].ends);
    std::sort(begin, end);
    auto last = std::unique(begin, end);
    last = std::remove(begin, last, static_cast<vertex>(first_vertex + i));
    result.of[i].first = result.targets.size();
    result.of[i].degree = static_cast<std::uint32_t>(last - begin);
    result.targets.insert(result.targets.end(), begin, last);
    begin = end;
  }
  return result;
}

}  // namespace bfs
