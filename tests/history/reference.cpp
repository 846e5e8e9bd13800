#include "tests/history/reference.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace liana_tests {

namespace {

std::uint32_t blocks_of(const program& what) {
  std::uint32_t blocks = 0;
  for (const auto& process : what) {
    for (const operation& one : process) blocks = std::max(blocks, one.block + 1);
  }
  return blocks;
}

bool updates_next(const std::vector<operation>& process, std::size_t done) {
  return done + 1 < process.size() && process[done + 1].updates;
}

// Goes through all orders of a history; each state is entered once.
class search {
 public:
  search(const history& accesses, bool in_time) : in_time_(in_time) {
    std::uint32_t processes = 0;
    std::uint32_t blocks = 0;
    for (const access& one : accesses) {
      processes = std::max(processes, one.process + 1);
      blocks = std::max(blocks, one.block + 1);
    }
    todo_.resize(processes);
    for (const access& one : accesses) todo_[one.process].push_back(one);
    start_.done.assign(processes, 0);
    start_.values.assign(blocks, 0);
    start_.versions.assign(blocks, 0);
  }

  bool succeeds() { return finishes(start_); }

 private:
  struct state {
    std::vector<std::uint64_t> done;  // by process
    std::vector<std::uint64_t> values;
    std::vector<std::uint64_t> versions;

    bool operator<(const state& other) const {
      return std::tie(done, values, versions) < std::tie(other.done, other.values, other.versions);
    }
  };

  bool finishes(const state& now) {
    if (!entered_.insert(now).second) return false;
    bool all_done = true;
    for (std::size_t process = 0; process < todo_.size(); ++process) {
      if (now.done[process] == todo_[process].size()) continue;
      all_done = false;
      const access& one = todo_[process][now.done[process]];
      if (!fits(now, one)) continue;
      state next = now;
      ++next.done[process];
      if (one.write) {
        next.values[one.block] = one.value;
        ++next.versions[one.block];
      }
      if (finishes(next)) return true;
    }
    return all_done;
  }

  bool fits(const state& now, const access& one) const {
    const std::uint64_t version = now.versions[one.block] + (one.write ? 1U : 0U);
    if (one.version != unknown_version && one.version != version) return false;
    if (!one.write && one.value != now.values[one.block]) return false;
    if (one.updates) {
      const access& read = todo_[one.process][now.done[one.process] - 1];
      if (read.value != now.values[one.block]) return false;
    }
    if (!in_time_) return true;
    for (std::size_t process = 0; process < todo_.size(); ++process) {
      if (now.done[process] == todo_[process].size()) continue;
      if (todo_[process][now.done[process]].end < one.begin) return false;
    }
    return true;
  }

  bool in_time_;
  std::vector<std::vector<access>> todo_;
  state start_;
  std::set<state> entered_;
};

void play_on(const sequential_memory& memory, const std::function<void(const history&)>& visit) {
  const auto unfinished = memory.unfinished();
  if (unfinished.empty()) visit(memory.played());
  for (const std::uint32_t process : unfinished) {
    sequential_memory next = memory;
    next.advance(process);
    play_on(next, visit);
  }
}

}  // namespace

sequential_memory::sequential_memory(const program& what)
    : what_(&what), done_(what.size(), 0), versions_(blocks_of(what), 0) {}

std::vector<std::uint32_t> sequential_memory::unfinished() const {
  std::vector<std::uint32_t> result;
  for (std::uint32_t process = 0; process < done_.size(); ++process) {
    if (done_[process] < (*what_)[process].size()) result.push_back(process);
  }
  return result;
}

void sequential_memory::advance(std::uint32_t process) {
  const std::vector<operation>& todo = (*what_)[process];
  const bool twice = updates_next(todo, done_[process]);
  for (int i = 0; i < (twice ? 2 : 1); ++i) {
    const operation& one = todo[done_[process]++];
    if (one.write) ++versions_[one.block];
    const std::uint64_t version = versions_[one.block];
    played_.push_back({.process = process,
                       .block = one.block,
                       .write = one.write,
                       .updates = one.updates,
                       .version = version,
                       .value = value_of(version)});
  }
}

void for_each_execution(const program& what, const std::function<void(const history&)>& visit) {
  play_on(sequential_memory(what), visit);
}

history random_execution(const program& what, std::mt19937_64& random) {
  constexpr std::uint64_t stride = 100;
  sequential_memory memory(what);
  for (auto left = memory.unfinished(); !left.empty(); left = memory.unfinished()) {
    memory.advance(left[random() % left.size()]);
  }
  history result = memory.played();
  std::vector<std::uint64_t> free_from(what.size(), 1);
  for (std::size_t i = 0; i < result.size(); ++i) {
    access& one = result[i];
    const std::uint64_t happened = stride * (i + 1);
    if (one.updates) {
      one.begin = result[i - 1].begin;
      one.end = result[i - 1].end;
      continue;
    }
    const auto next = std::find_if(result.begin() + static_cast<std::ptrdiff_t>(i) + 1, result.end(),
                                   [&](const access& other) { return other.process == one.process && !other.updates; });
    const std::uint64_t until = next == result.end()
                                    ? stride * (result.size() + 2)
                                    : stride * static_cast<std::uint64_t>(next - result.begin() + 1) - stride / 2;
    // An update happens with its write, one stride after its read.
    const std::uint64_t over = i + 1 < result.size() && result[i + 1].updates ? happened + stride : happened;
    std::uint64_t& free = free_from[one.process];
    one.begin = free + random() % (happened - free + 1);
    one.end = over + random() % (std::max(until, over + 1) - over);
    free = one.end + 1;
  }
  return result;
}

program random_program(std::mt19937_64& random) {
  const std::uint64_t blocks = 1 + random() % 3;
  program result(2 + random() % 3);
  for (auto& process : result) {
    for (std::uint64_t left = 1 + random() % 4; left != 0; --left) {
      const auto block = static_cast<std::uint32_t>(random() % blocks);
      switch (random() % 5) {
        case 0:
          process.push_back({.block = block});
          process.push_back({.block = block, .write = true, .updates = true});
          break;
        case 1:
        case 2:
          process.push_back({.block = block, .write = true});
          break;
        default:
          process.push_back({.block = block});
          break;
      }
    }
  }
  return result;
}

bool can_be_explained(const history& accesses, bool in_time) { return search(accesses, in_time).succeeds(); }

}  // namespace liana_tests
