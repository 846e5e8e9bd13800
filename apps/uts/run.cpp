#include "run.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "published.hpp"

namespace uts {

namespace {

// In the order of the enumerators; their numbers, which the reference takes, stand behind them.
const std::vector<std::string> types{"binomial", "geometric", "hybrid", "balanced", "0", "1", "2", "3"};
const std::vector<std::string> shapes{"linear", "exponential", "cyclic", "fixed", "0", "1", "2", "3"};

template <class Enumeration>
Enumeration enumerator(const std::vector<std::string>& words, const std::string& word) {
  return static_cast<Enumeration>((std::find(words.begin(), words.end(), word) - words.begin()) % 4);
}

std::vector<std::string> published_names() {
  std::vector<std::string> names;
  for (const published_tree& each : published_trees()) names.emplace_back(each.name);
  return names;
}

/// What is wrong with a tree that has no end.
std::optional<std::string> endless(const tree_parameters& what) {
  const double mean = what.inner_probability * what.inner_children;
  const bool inner = what.type == distribution::binomial || what.type == distribution::hybrid;
  if (inner && mean >= 1) {
    return fmt::format(
        "--inner-probability: {} times --inner-children {} is {}: a tree ends only where this is below 1",
        what.inner_probability, what.inner_children, mean);
  }
  const bool exponential = what.type == distribution::geometric && what.shape == geometric_shape::exponential;
  if (exponential && (what.branching <= 1 || what.depth < 2)) {
    return fmt::format(
        "--shape: exponential with --branching {} and --depth {}: a tree ends only above 1 and from 2 on",
        what.branching, what.depth);
  }
  return std::nullopt;
}

/// The options that make a tree, with the letters of the reference.
std::vector<apps::options::option> add_tree_options(apps::options& all, tree_parameters& what, std::string& type,
                                                    std::string& shape) {
  return {
      all.word("-t,--type", type, "distribution of the number of children", types),
      all.decimal("-b,--branching", what.branching, "children of the root: mean, or number", 0, 1e6),
      all.whole("-r,--seed", what.seed, "seed of the root's random stream", 0, 2147483647),
      all.word("-a,--shape", shape, "geometric: how the mean depends on the depth", shapes),
      all.whole("-d,--depth", what.depth, "geometric, balanced: depth", 1, 1 << 24),
      all.decimal("-q,--inner-probability", what.inner_probability, "binomial: probability that a node has children", 0,
                  1),
      all.whole("-m,--inner-children", what.inner_children, "binomial: how many it has then", 0, most_children),
      all.decimal("-f,--shift", what.shift, "hybrid: share of the depth from which on it is binomial", 0, 1),
  };
}

}  // namespace

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  tree_parameters& what = result.values.what;
  std::string name = "T1";
  std::string type = "geometric";
  std::string shape = "linear";

  apps::options all("Counts the nodes of an unbalanced tree that random numbers make, on all ranks of a job.");
  auto published =
      all.word("--tree", name, "a published tree, unless one of -t, -b, -r, -a, -d, -q, -m, -f describes another",
               published_names());
  const auto made = add_tree_options(all, what, type, shape);
  for (const auto& each : made) published.excludes(each);
  all.whole("-g,--granularity", what.granularity, "how often each node is computed, to make it more work", 1, 1 << 30);
  all.whole("--repeats", result.values.repeats, "searches, one after the other", 1, 1 << 30);
  all.on_off("verify", result.values.verify, "compare with the published size, or a serial search");

  result.exit_code = all.parse(argc, argv, speak);
  if (result.exit_code) return result;
  if (std::any_of(made.begin(), made.end(), [](const auto& each) { return each.given(); })) {
    what.type = enumerator<distribution>(types, type);
    what.shape = enumerator<geometric_shape>(shapes, shape);
  } else {
    const std::uint32_t granularity = what.granularity;
    what = find_published(name)->parameters;
    what.granularity = granularity;
  }
  if (const auto wrong = endless(what)) result.exit_code = apps::refuse(*wrong, speak);
  return result;
}

}  // namespace uts
