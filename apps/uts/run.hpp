// Options and course of the program, whatever deals the nodes out.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "../common/command_line.hpp"
#include "../common/ranks.hpp"
#include "../common/times.hpp"
#include "published.hpp"
#include "tree.hpp"

namespace uts {

struct settings {
  tree_parameters what;
  std::size_t repeats = 1;
  bool verify = true;
};

using command_line = apps::command_line<settings>;

/// Refuses trees that need not have an end.
[[nodiscard]] command_line parse_command_line(int argc, char** argv, bool speak);

/// Says now and then how far rank 0 is; the other ranks' counts nobody has to know yet.
class progress {
 public:
  explicit progress(bool speak) : speak_(speak) {}

  void operator()(const tree_size& found) {
    if (--until_look_ != 0) return;
    until_look_ = between_looks;
    const auto now = clock::now();
    if (!speak_ || now - last_ < std::chrono::seconds(2)) return;
    last_ = now;
    fmt::print("rank 0 has counted {} nodes in {:.0f} s\n", found.nodes, apps::seconds(now - start_).count());
    std::fflush(stdout);  // mpirun's pipe would keep it until the end
  }

 private:
  using clock = std::chrono::steady_clock;
  static constexpr std::uint32_t between_looks = 1U << 16U;

  bool speak_;
  std::uint32_t until_look_ = between_looks;
  clock::time_point start_ = clock::now();
  clock::time_point last_ = start_;
};

/// Collective. One search; returns the size of the whole tree, the same on all ranks.
template <class Job>
tree_size search_once(Job& with, const tree& of, const apps::place& at) {
  if (at.rank == 0) with.work().push(of.root());
  const tree_size mine = search(with.work(), of, progress(at.rank == 0));
  return {with.sum(mine.nodes), with.greatest(mine.depth), with.sum(mine.leaves)};
}

/// Says what a size is compared with, and returns whether it is the same. On rank 0.
inline bool compare(const tree_parameters& what, const tree_size& found) {
  std::string with;
  bool good = false;
  if (const published_tree* const expected = find_published(what)) {
    with = fmt::format("the published ones of {}", expected->name);
    good = agrees(*expected, found);
  } else {
    with = "those of a serial search";
    good = serial_search(tree(what), found.nodes) == found;
  }
  fmt::print("Numbers of nodes and leaves, and depth, against {}, all to be the same: {}\n", with,
             good ? "good" : "WRONG");
  return good;
}

/// Says what was found and how long it took. On rank 0.
inline void report(const tree_size& found, const std::vector<apps::seconds>& times, int ranks) {
  apps::seconds total{};
  for (const apps::seconds each : times) total += each;
  fmt::print("{} ranks; {} nodes, depth {}, {} leaves ({:.2f} %)\n", ranks, found.nodes, found.depth, found.leaves,
             100.0 * static_cast<double>(found.leaves) / static_cast<double>(found.nodes));
  fmt::print("{:.3f} million nodes/s\n", 1e-6 * static_cast<double>(found.nodes * times.size()) / total.count());
  apps::print_times("tree", times);
  std::fflush(stdout);
}

/// Collective. What the program does; returns its exit status. A job has `work()`, the queue that the search takes
/// nodes from, with `counts()` of what was stolen; and `sum(n)`, `greatest(n)` over all ranks, which are collective.
template <class Job>
int run(Job& with, const settings& of, const apps::place& at) {
  const tree what(of.what);
  std::vector<apps::seconds> times;
  std::vector<tree_size> found;
  for (std::size_t i = 0; i < of.repeats; ++i) {
    times.push_back(apps::time_of([&] { found.push_back(search_once(with, what, at)); }));
  }
  const std::uint64_t steals = with.sum(with.work().counts().steals);
  const std::uint64_t stolen = with.sum(with.work().counts().stolen);

  bool good = std::all_of(found.begin(), found.end(), [&](const tree_size& each) { return each == found.front(); });
  if (at.rank == 0) {
    report(found.front(), times, at.ranks);
    fmt::print("{} steals brought {} nodes\n", steals, stolen);
    if (!good) fmt::print("The searches counted differently: WRONG\n");
    if (of.verify) good = compare(of.what, found.front()) && good;
  }
  return with.sum(good ? 0 : 1) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace uts
