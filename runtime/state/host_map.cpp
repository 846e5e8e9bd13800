#include "runtime/state/host_map.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

namespace liana::detail {
namespace {

constexpr int most_exact_hosts = static_cast<int>(directory_entry::sharer_bytes);
constexpr int most_groups = static_cast<int>(directory_entry::sharer_bytes / 2);
constexpr int most_exact_ranks = 0xFF;    // numbers from 1 that one byte tells apart
constexpr int most_group_ranks = 0xFFFF;  // two bytes

[[noreturn]] void reject(const std::string& cause) { throw std::invalid_argument("host_map: " + cause); }

}  // namespace

host_map::host_map(std::span<const int> host_of_rank, rank_t rank, std::optional<int> forced_groups)
    : host_of_rank_(host_of_rank.begin(), host_of_rank.end()), rank_(rank) {
  if (rank < 0 || static_cast<std::size_t>(rank) >= host_of_rank.size()) {
    reject("rank " + std::to_string(rank) + " of " + std::to_string(host_of_rank.size()));
  }
  if (forced_groups && (*forced_groups < 1 || *forced_groups > most_groups)) {
    reject(std::to_string(*forced_groups) + " groups of hosts; 1 to " + std::to_string(most_groups) + " are possible");
  }
  find_hosts();
  const int most_ranks = *std::ranges::max_element(ranks_on_);
  if (!forced_groups && hosts() <= most_exact_hosts && most_ranks <= most_exact_ranks) {
    mark_bytes_ = 1;
    hosts_per_mark_ = 1;
  } else {
    const int groups = forced_groups.value_or(most_groups);
    mark_bytes_ = 2;
    hosts_per_mark_ = (hosts() + groups - 1) / groups;
  }
  number_this_rank();
}

void host_map::find_hosts() {
  const auto hosts = static_cast<std::size_t>(*std::ranges::max_element(host_of_rank_)) + 1;
  leaders_.assign(hosts, nobody);
  ranks_on_.assign(hosts, 0);
  for (std::size_t each = 0; each < host_of_rank_.size(); ++each) {
    const int host = host_of_rank_[each];
    if (host < 0) {
      reject("rank " + std::to_string(each) + " is on host " + std::to_string(host));
    }
    const auto index = static_cast<std::size_t>(host);
    if (leaders_[index] == nobody) {
      leaders_[index] = static_cast<rank_t>(each);
    }
    ++ranks_on_[index];
  }
  const auto gap = std::ranges::find(ranks_on_, 0);
  if (gap != ranks_on_.end()) {
    reject("no rank is on host " + std::to_string(gap - ranks_on_.begin()) + " of " + std::to_string(hosts));
  }
}

/// Sets this rank's mark and where it lies: it counts, from 1, the ranks of its host (group).
void host_map::number_this_rank() {
  const int my_group = my_host() / hosts_per_mark_;
  const auto in_my_group = [&](int host) { return host / hosts_per_mark_ == my_group; };
  const auto until_me = host_of_rank_.begin() + rank_ + 1;
  const auto number = std::count_if(host_of_rank_.begin(), until_me, in_my_group);
  if (number > most_group_ranks) {
    reject("rank " + std::to_string(rank_) + " is number " + std::to_string(number) +
           " of its group of hosts; a mark holds " + std::to_string(most_group_ranks));
  }
  my_mark_ = static_cast<std::uint16_t>(number);
  mark_offset_ = static_cast<std::size_t>(my_group) * mark_bytes_;
}

std::uint16_t host_map::mark_in(const std::byte* sharers) const {
  if (mark_bytes_ == 1) {
    return std::to_integer<std::uint16_t>(sharers[mark_offset_]);
  }
  std::uint16_t mark = 0;
  std::memcpy(&mark, sharers + mark_offset_, sizeof mark);
  return mark;
}

void host_map::only_me(std::byte* sharers) const {
  std::memset(sharers, 0, directory_entry::sharer_bytes);
  if (mark_bytes_ == 1) {
    sharers[mark_offset_] = static_cast<std::byte>(my_mark_);
  } else {
    std::memcpy(sharers + mark_offset_, &my_mark_, sizeof my_mark_);
  }
}

}  // namespace liana::detail
