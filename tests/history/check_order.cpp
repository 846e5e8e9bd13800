#include "tests/history/check_order.hpp"

#include <algorithm>

namespace liana_tests {

namespace {

constexpr std::uint32_t none = history_index::none;

}  // namespace

template <class Visit>
void order_checker::for_each_edge(std::uint32_t from, Visit visit) const {
  const auto values = index_.values();
  if (from < count_) {
    if (next_[from] != none) visit(next_[from]);
    const std::uint32_t seen = index_.seen(from);
    visit(moment(seen));
    if (values[seen].writer != from) return;
    for (std::uint32_t reader = first_reader_[seen]; reader != none; reader = next_reader_[reader]) visit(reader);
    return;
  }
  const history_index::value& replaced = values[from - count_];
  if (replaced.after != none) {
    visit(values[replaced.after].writer);
    return;
  }
  for (std::uint32_t i = first_later_[replaced.chain]; i != none; i = later_[i].second) {
    visit(values[later_[i].first].writer);
  }
}

std::optional<violation> order_checker::check(std::span<const access> accesses) {
  if (auto bad = index_.rebuild(accesses)) return bad;
  connect(accesses);
  if (sort_out()) return {};
  return report(accesses, shortest_cycle());
}

void order_checker::connect(std::span<const access> accesses) {
  count_ = static_cast<std::uint32_t>(accesses.size());
  const auto values = index_.values();
  next_.assign(count_, none);
  next_reader_.assign(count_, none);
  first_reader_.assign(values.size(), none);
  first_later_.assign(values.size(), none);
  later_.clear();
  for (const auto& order : index_.chain_orders()) order_chains(order.earlier, order.later);
  for (std::uint32_t i = 0; i < count_; ++i) {
    if (index_.earlier(i) != none) next_[index_.earlier(i)] = i;
    const std::uint32_t seen = index_.seen(i);
    if (!accesses[i].write) next_reader_[i] = std::exchange(first_reader_[seen], i);
    if (index_.earlier_on_block(i) == none) continue;
    // What a process sees one after the other was written one after the other.
    const std::uint32_t before = index_.seen(index_.earlier_on_block(i));
    if (values[before].chain != values[seen].chain) order_chains(values[before].chain, values[seen].chain);
  }
}

// The later chain is not an initial one: whoever comes back to that has closed a cycle already.
void order_checker::order_chains(std::uint32_t earlier, std::uint32_t later) {
  if (later < index_.blocks()) return;
  const auto place = static_cast<std::uint32_t>(later_.size());
  later_.emplace_back(later, std::exchange(first_later_[earlier], place));
}

// Takes away what nothing precedes, again and again; whether nothing was left. (Kahn, 1962.)
bool order_checker::sort_out() {
  const auto vertices = count_ + static_cast<std::uint32_t>(index_.values().size());
  waits_.assign(vertices, 0);
  for (std::uint32_t i = 0; i < vertices; ++i) {
    for_each_edge(i, [&](std::uint32_t to) { ++waits_[to]; });
  }
  ready_.clear();
  for (std::uint32_t i = 0; i < vertices; ++i) {
    if (waits_[i] == 0) ready_.push_back(i);
  }
  std::uint32_t sorted = 0;
  while (!ready_.empty()) {
    const std::uint32_t now = ready_.back();
    ready_.pop_back();
    ++sorted;
    for_each_edge(now, [&](std::uint32_t to) {
      if (--waits_[to] == 0) ready_.push_back(to);
    });
  }
  return sorted == vertices;
}

// Everything that was not sorted out is preceded by something else of that kind: back and back leads into a cycle.
std::vector<std::uint32_t> order_checker::some_cycle() {
  reached_from_.assign(waits_.size(), none);
  std::uint32_t at = none;
  for (std::uint32_t i = 0; i < waits_.size(); ++i) {
    if (waits_[i] == 0) continue;
    for_each_edge(i, [&](std::uint32_t to) { reached_from_[to] = i; });
    at = i;
  }
  for (std::size_t steps = 0; steps < waits_.size(); ++steps) at = reached_from_[at];
  std::vector<std::uint32_t> cycle;
  do {
    cycle.push_back(at);
    at = reached_from_[at];
  } while (at != cycle.front());
  std::reverse(cycle.begin(), cycle.end());
  return cycle;
}

// Breadth first; empty where no cycle goes through it. Leaves what it visited in ready_, and reached_from_ as it was.
std::vector<std::uint32_t> order_checker::cycle_through(std::uint32_t start) {
  ready_.assign(1, start);
  for (std::size_t head = 0; head < ready_.size() && reached_from_[start] == none; ++head) {
    const std::uint32_t now = ready_[head];
    for_each_edge(now, [&](std::uint32_t to) {
      if (waits_[to] == 0 || reached_from_[to] != none) return;
      reached_from_[to] = now;
      ready_.push_back(to);
    });
  }
  std::vector<std::uint32_t> cycle;
  if (reached_from_[start] != none) {
    for (std::uint32_t at = start; cycle.empty() || at != start; at = reached_from_[at]) cycle.push_back(at);
    std::reverse(cycle.begin(), cycle.end());
  }
  for (const std::uint32_t vertex : ready_) reached_from_[vertex] = none;
  return cycle;
}

std::vector<std::uint32_t> order_checker::shortest_cycle() {
  constexpr std::size_t few = 5000;
  constexpr std::size_t reasonable = 20'000'000;  // visits
  std::vector<std::uint32_t> best = some_cycle();
  std::vector<std::uint32_t> starts = best;
  if (waits_.size() < few) {
    starts.clear();
    for (std::uint32_t i = 0; i < count_; ++i) {
      if (waits_[i] != 0) starts.push_back(i);
    }
  }
  reached_from_.assign(waits_.size(), none);
  std::size_t visits = 0;
  for (const std::uint32_t start : starts) {
    if (visits > reasonable) break;
    const std::vector<std::uint32_t> cycle = cycle_through(start);
    if (!cycle.empty() && cycle.size() < best.size()) best = cycle;
    visits += ready_.size();
  }
  return best;
}

std::string order_checker::label(std::span<const access> accesses, std::uint32_t from, std::uint32_t to) const {
  if (to == next_[from]) return "po";
  if (accesses[from].write && !accesses[to].write) return "rf";
  return accesses[from].write ? "ws" : "fr";
}

// Moments left out, and of steps in program order that follow each other only the ends.
violation order_checker::report(std::span<const access> accesses, const std::vector<std::uint32_t>& cycle) const {
  std::vector<std::uint32_t> path;
  std::copy_if(cycle.begin(), cycle.end(), std::back_inserter(path), [&](std::uint32_t i) { return i < count_; });
  const auto step = [&](std::size_t i) { return label(accesses, path[i % path.size()], path[(i + 1) % path.size()]); };
  // It begins where it was entered by a step that is not po; a cycle has one, as program order goes round in none.
  std::size_t first = path.size();
  for (std::size_t i = 0; i < path.size(); ++i) {
    const bool entered = step(i + path.size() - 1) != "po";
    if (entered && (first == path.size() || path[i] < path[first])) first = i;
  }
  std::string text = "no sequential order:";
  for (std::size_t i = first; i < first + path.size(); ++i) {
    if (step(i + path.size() - 1) == "po" && step(i) == "po") continue;
    text += "\n  " + describe(accesses[path[i % path.size()]]) + " -" + step(i) + "->";
  }
  return {text + "\n  the first again"};
}

std::optional<violation> check_order(std::span<const access> accesses) { return order_checker().check(accesses); }

}  // namespace liana_tests
