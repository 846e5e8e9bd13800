#include "shared_labels.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include "../bfs/shared_graph.hpp"

namespace components {

namespace {

/// Returns whether that is a change.
bool lower_label(vertex& label, vertex to) {
  if (to >= label) return false;
  label = to;
  return true;
}

}  // namespace

shared_labels::shared_labels(const bfs::partition& among)
    : labels_(bfs::by_vertex<vertex>(among, 4096)), seen_(among.vertices()) {}

void shared_labels::start() {
  liana::barrier();  // nobody reads the last result any more
  {
    const auto own = labels_.write_local();
    std::iota(own.begin(), own.end(), static_cast<vertex>(labels_.local_range().first));
  }
  liana::barrier();
}

const std::vector<vertex>& shared_labels::all() {
  labels_.get(0, seen_);
  return seen_;
}

bool shared_labels::lower(const hooking& by) {
  liana::barrier();  // all have read the labels of the last round
  bool changed = lower_own(by.own());
  for (const std::vector<proposal>& each : by.for_others()) changed = lower_others(each) || changed;
  return liana::all_reduce(changed, std::logical_or<>());
}

bool shared_labels::lower_own(std::span<const vertex> to) const {
  const auto own = labels_.write_local();
  bool changed = false;
  for (std::size_t i = 0; i < to.size(); ++i) changed = lower_label(own[i], to[i]) || changed;
  return changed;
}

bool shared_labels::lower_others(std::span<const proposal> to) const {
  const std::size_t in_block = labels_.block_elements();
  bool changed = false;
  while (!to.empty()) {
    const std::size_t first = to.front().which / in_block * in_block;
    const auto block = labels_.write(first, std::min(in_block, labels_.size() - first));
    std::size_t done = 0;
    for (; done < to.size() && to[done].which < first + block.size(); ++done) {
      changed = lower_label(block[to[done].which - first], to[done].label) || changed;
    }
    to = to.subspan(done);
  }
  return changed;
}

}  // namespace components
