#include "runtime/report/describe.hpp"

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <liana/detail/print.hpp>

namespace liana::detail {

std::string describe_ranks(std::span<const rank_t> ranks) {
  std::string text = ranks.size() == 1 ? "rank " : "ranks ";
  for (std::size_t i = 0; i < ranks.size();) {
    std::size_t last = i;
    while (last + 1 < ranks.size() && ranks[last + 1] == ranks[last] + 1) {
      ++last;
    }
    text += fmt::format("{}{}", i == 0 ? "" : ", ", ranks[i]);
    if (last != i) {
      text += fmt::format("-{}", ranks[last]);
    }
    i = last + 1;
  }
  return text;
}

std::string describe_differences(std::span<const std::string> by_rank, const char* says) {
  std::vector<std::pair<const std::string*, std::vector<rank_t>>> groups;
  for (std::size_t rank = 0; rank < by_rank.size(); ++rank) {
    if (by_rank[rank].empty()) {
      continue;
    }
    const auto found = std::ranges::find_if(groups, [&](const auto& group) { return *group.first == by_rank[rank]; });
    auto& group = found != groups.end() ? *found : groups.emplace_back(&by_rank[rank], std::vector<rank_t>());
    group.second.push_back(static_cast<rank_t>(rank));
  }
  std::string text;
  for (const auto& [said, ranks] : groups) {
    text += fmt::format("{}{}{}{}", text.empty() ? "" : "; ", describe_ranks(ranks), says, *said);
  }
  return text;
}

std::string to_string(address at) {
  if (at.is_null()) {
    return "null";
  }
  return fmt::format("rank {} + {:#x} (block of {} B)", at.home(), at.offset(), at.block_bytes());
}

std::ostream& print(std::ostream& out, address at) { return out << to_string(at); }

}  // namespace liana::detail
