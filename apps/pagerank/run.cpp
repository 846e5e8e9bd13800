#include "run.hpp"

#include <chrono>
#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "load_graph.hpp"
#include "serial_pagerank.hpp"

namespace pagerank {

std::optional<graph> read_on_first(const settings& from, const place& at) {
  if (at.rank != 0) return std::nullopt;
  try {
    fmt::print("{} ranks. Reading {}\n", at.ranks, origin(from));
    std::fflush(stdout);  // mpirun's pipe would keep it until the end
    graph read;
    const auto time = apps::time_of([&] { read = load_graph(from); });
    fmt::print("{} nodes, {} edges in {:.2f} s{}{}\n", read.nodes, read.edges.size(), time.count(),
               read.remark.empty() ? "" : "; ", read.remark);
    return read;
  } catch (const std::exception& error) {
    fmt::print(stderr, "pagerank: {}\n", error.what());
    return std::nullopt;
  }
}

bool report(const std::optional<graph>& read, const outcome& result, const settings& with) {
  if (!read) return true;
  print_highest(*read, result.values, static_cast<std::size_t>(with.top));
  print_residuals(result);
  fmt::print("\n");
  apps::print_times("iteration", result.times);
  const bool good = !with.verify || print_comparison(result.values, serial_pagerank(*read, with.computation).values);
  std::fflush(stdout);
  return good;
}

}  // namespace pagerank
