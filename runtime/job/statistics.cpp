#include "runtime/job/statistics.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <liana/detail/array_access.hpp>
#include <liana/detail/print.hpp>
#include <liana/detail/thread_state.hpp>
#include <liana/statistics.hpp>

#include "runtime/group/process_group.hpp"
#include "runtime/objects/objects.hpp"
#include "runtime/report/log.hpp"

namespace liana::detail {
namespace {

constexpr std::size_t blocks_per_rank = 20;  ///< that a rank tells of
constexpr std::size_t places_told = 10;

using counts = std::array<std::uint64_t, counters>;  ///< in the order of the fields of `statistics`

counts sum_of_threads() {
  counts sum{};
  for (const thread_state* each = first_thread(); each != nullptr; each = each->next) {
    for (std::size_t i = 0; i < counters; ++i) {
      sum[i] += each->counts[i].load(std::memory_order_relaxed);
    }
  }
  return sum;
}

struct summary {
  std::uint64_t smallest = 0;
  std::uint64_t largest = 0;
  std::uint64_t sum = 0;
  double mean = 0;
};

summary summarise(const std::vector<counts>& by_rank, std::size_t which) {
  summary result{.smallest = by_rank.front()[which], .largest = by_rank.front()[which]};
  for (const counts& each : by_rank) {
    result.smallest = std::min(result.smallest, each[which]);
    result.largest = std::max(result.largest, each[which]);
    result.sum += each[which];
  }
  result.mean = static_cast<double>(result.sum) / static_cast<double>(by_rank.size());
  return result;
}

struct block_count {
  std::uint64_t block;
  std::uint64_t invalidations;
};

/// The blocks that this rank has invalidated most often.
std::vector<block_count> most_invalidated_here(runtime_state& state) {
  std::vector<block_count> all;
  {
    const annotated_lock lock(state.counts.mutex);
    for (const auto& [block, invalidations] : state.counts.invalidated) {
      all.push_back({.block = block, .invalidations = invalidations});
    }
  }
  std::ranges::sort(all, [](const block_count& a, const block_count& b) {
    return std::pair(a.invalidations, a.block) > std::pair(b.invalidations, b.block);
  });
  all.resize(std::min(all.size(), blocks_per_rank));
  return all;
}

/// Collective. Those of all ranks, one after the other.
std::vector<block_count> most_invalidated(runtime_state& state) {
  const auto mine = most_invalidated_here(state);
  const auto texts =
      group_of(state).all_gather_texts({reinterpret_cast<const char*>(mine.data()), mine.size() * sizeof(block_count)});
  std::vector<block_count> all;
  for (const std::string& text : texts) {
    for (std::size_t at = 0; at < text.size(); at += sizeof(block_count)) {
      std::memcpy(&all.emplace_back(), text.data() + at, sizeof(block_count));
    }
  }
  return all;
}

bool belongs_to(address block, const array_storage& array) {
  const address first = array.first[static_cast<std::size_t>(block.home())];
  return !first.is_null() && block.block_log2() == array.block_log2 && block.offset() >= first.offset() &&
         block.offset() < first.offset() + (blocks_of(array, block.home()) << array.block_log2);
}

/// The array that a block belongs to, or else the object.
std::string name_of(const runtime_state& state, address block) {
  std::string name = fmt::format("object at {}", to_string(block));
  for (const auto& array : objects_of(state).arrays) {
    if (belongs_to(block, *array)) {
      name = fmt::format("array number {} ({} elements of {} B, blocks of {} B)", array->number, array->size,
                         array->element_bytes, block.block_bytes());
    }
  }
  return name;
}

using places = std::vector<std::pair<std::string, std::uint64_t>>;

/// Arrays and objects by invalidations, the most first.
places add_up(const runtime_state& state, const std::vector<block_count>& blocks) {
  std::map<std::string, std::uint64_t> sums;
  for (const block_count& each : blocks) {
    sums[name_of(state, address(each.block))] += each.invalidations;
  }
  places sorted(sums.begin(), sums.end());
  std::ranges::stable_sort(sorted, [](const auto& a, const auto& b) { return a.second > b.second; });
  sorted.resize(std::min(sorted.size(), places_told));
  return sorted;
}

std::string as_table(const std::vector<counts>& by_rank, const places& most) {
  std::string text = fmt::format("liana: statistics of {} ranks\n{:<24}{:>16}{:>20}{:>16}{:>18}\n", by_rank.size(), "",
                                 "min", "mean", "max", "sum");
  for (std::size_t i = 0; i < counters; ++i) {
    const summary of = summarise(by_rank, i);
    text +=
        fmt::format("{:<24}{:>16}{:>20.1f}{:>16}{:>18}\n", counter_names[i], of.smallest, of.mean, of.largest, of.sum);
  }
  text += most.empty() ? "nothing was invalidated\n" : "most invalidations:\n";
  for (const auto& [name, invalidations] : most) {
    text += fmt::format("{:>16}  {}\n", invalidations, name);
  }
  return text;
}

std::string as_json(const std::vector<counts>& by_rank, const places& most) {
  using json = nlohmann::ordered_json;
  json report{{"ranks", by_rank.size()}, {"counters", json::object()}, {"most_invalidations", json::array()}};
  for (std::size_t i = 0; i < counters; ++i) {
    const summary of = summarise(by_rank, i);
    json values = json::array();
    for (const counts& each : by_rank) {
      values.push_back(each[i]);
    }
    report["counters"][counter_names[i]] = {
        {"min", of.smallest}, {"mean", of.mean}, {"max", of.largest}, {"sum", of.sum}, {"by_rank", std::move(values)}};
  }
  for (const auto& [name, invalidations] : most) {
    report["most_invalidations"].push_back({{"of", name}, {"invalidations", invalidations}});
  }
  return report.dump(2) + '\n';
}

void write_file(const std::string& name, const std::string& text) {
  errno = 0;
  std::ofstream file(name, std::ios::trunc);
  file << text << std::flush;
  if (!file) {
    log::error("LIANA_STATS: writing the statistics to \"{}\" failed: {}", name,
               std::generic_category().message(errno));
  }
}

}  // namespace

void begin_statistics(runtime_state& state) { state.counts.before_start = sum_of_threads(); }

void report_statistics(runtime_state& state) {
  if (state.settings.stats == stats_target::off) {
    return;
  }
  const std::vector<counts> by_rank = group_of(state).all_gather(std::bit_cast<counts>(stats()));
  const std::vector<block_count> blocks = most_invalidated(state);
  if (state.rank() != 0) {
    return;
  }
  const places most = add_up(state, blocks);
  if (state.settings.stats == stats_target::json_file) {
    write_file(state.settings.stats_file, as_json(by_rank, most));
  } else {
    const std::string text = as_table(by_rank, most);
    std::fwrite(text.data(), 1, text.size(), stderr);  // at once, so that it does not mix with what other ranks print
  }
}

}  // namespace liana::detail

namespace liana {

statistics stats() {
  const detail::counts& before = detail::require_runtime("stats").counts.before_start;
  detail::counts since_start = detail::sum_of_threads();
  for (std::size_t i = 0; i < detail::counters; ++i) {
    since_start[i] -= before[i];
  }
  return std::bit_cast<statistics>(since_start);
}

}  // namespace liana
