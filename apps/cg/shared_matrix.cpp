#include "shared_matrix.hpp"

#include <numeric>
#include <vector>

#include "../common/ranks.hpp"

namespace cg {

namespace {

/// Collective. The sum of the values of the ranks before this one, and of all.
std::pair<std::uint64_t, std::uint64_t> sums_before(std::uint64_t mine) {
  const auto ranks = static_cast<std::size_t>(liana::size());
  const auto rank = static_cast<std::ptrdiff_t>(liana::rank());
  auto shared = liana::make_array<std::uint64_t>(ranks);
  shared[static_cast<std::size_t>(rank)] = mine;
  liana::barrier();
  std::vector<std::uint64_t> all(ranks);
  shared.get(0, all);
  liana::destroy(shared);
  const auto own = all.begin() + rank;
  const std::uint64_t before = std::accumulate(all.begin(), own, std::uint64_t{0});
  return {before, std::accumulate(own, all.end(), before)};
}

}  // namespace

shared_matrix share(const std::optional<matrix>& loaded) {
  // What defines a grid is a few numbers.
  matrix from;
  from.rows = liana::broadcast(loaded ? loaded->rows : 0, 0);
  from.directions = liana::broadcast(loaded ? loaded->directions : 0, 0);
  from.side = liana::broadcast(loaded ? loaded->side : 0, 0);
  const bool grid = from.directions != 0;

  const auto [first, end] = grid ? apps::part_of(from.rows, liana::rank(), liana::size())
                                 : apps::part{.first = 0, .end = loaded ? from.rows : 0};
  sparse_rows own = rows_of(loaded ? *loaded : from, first, end);
  const auto [before, all] = sums_before(own.columns.size());

  shared_matrix shared;
  shared.rows = from.rows;
  shared.norm = liana::broadcast(loaded ? norm(*loaded) : 0, 0);
  shared.offsets = liana::make_array<std::uint64_t>(from.rows + 1);
  shared.columns = liana::make_array<column>(all);
  shared.values = liana::make_array<double>(all);
  for (std::uint64_t& each : own.offsets) each += before;
  if (first < end) shared.offsets.put(first, own.offsets);
  shared.columns.put(before, own.columns);
  shared.values.put(before, own.values);
  liana::barrier();
  return shared;
}

sparse_rows rows_of(const shared_matrix& from, std::size_t first, std::size_t end) {
  sparse_rows result;
  if (first == end) return result;
  result.offsets.resize(end - first + 1);
  from.offsets.get(first, result.offsets);
  const std::uint64_t begin = result.offsets.front();
  result.columns.resize(result.offsets.back() - begin);
  result.values.resize(result.columns.size());
  from.columns.get(begin, result.columns);
  from.values.get(begin, result.values);
  for (std::uint64_t& each : result.offsets) each -= begin;
  return result;
}

void destroy(shared_matrix& which) {
  liana::destroy(which.offsets);
  liana::destroy(which.columns);
  liana::destroy(which.values);
}

}  // namespace cg
